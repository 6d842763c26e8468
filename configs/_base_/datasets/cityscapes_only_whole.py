# Cityscapes' images alone, whole, as AdaptSegNet and ADVENT treat them.
_base_ = "./gta_to_cityscapes_whole.py"

train_dataloader = dict(
    batch_size=8,
    sampler=dict(samples_per_domain=dict(source=None, target=8)),
    dataset=dict(domains=dict(source=None)),
)
