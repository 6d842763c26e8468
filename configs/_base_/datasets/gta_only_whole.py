# GTA5 alone, whole images, as AdaptSegNet and ADVENT train.
_base_ = "./gta_to_cityscapes_whole.py"

train_dataloader = dict(
    batch_size=1,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
