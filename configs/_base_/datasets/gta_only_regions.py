# GTA5 alone, whole images, with the region labels of its patches.
_base_ = "./gta_to_cityscapes_regions.py"

train_dataloader = dict(
    batch_size=1,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
