# Cityscapes' images alone, as the LCDA paper treats them.
_base_ = "./gta_to_cityscapes_lcda.py"

train_dataloader = dict(
    batch_size=8,
    sampler=dict(samples_per_domain=dict(source=None, target=8)),
    dataset=dict(domains=dict(source=None)),
)
