# GTA5 alone, as the LCDA paper treats images: the source-only control of its rows.
_base_ = "./gta_to_cityscapes_lcda.py"

train_dataloader = dict(
    batch_size=2,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
