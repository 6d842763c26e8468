# GTA5 alone: the source-only control. An entry set to None is removed.
_base_ = "./gta_to_cityscapes.py"

train_dataloader = dict(
    batch_size=2,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
