# GTA5 alone, as CRST treats images: what self-training starts from.
_base_ = "./gta_to_cityscapes_crst.py"

train_dataloader = dict(
    batch_size=1,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
