# SYNTHIA -> Cityscapes as AdaptSegNet and ADVENT train: whole images, one of each
# domain, no crop, no jitter, no mirroring.
# 1280x760 is our choice (theirs is 1280x720). Scales are (width, height).
_base_ = "./synthia_to_cityscapes.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1280, 760), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=2,  # the sum of samples_per_domain
    sampler=dict(samples_per_domain=dict(source=1, target=1)),
    dataset=dict(domains=dict(source=dict(pipeline=source_pipeline))),
)
