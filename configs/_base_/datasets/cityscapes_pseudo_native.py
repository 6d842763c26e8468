# Cityscapes' training images with pseudo-labels, two at a time, in CRST's sizes: native
# with scale jitter, crops of 512x1024 (height, width), mirroring. They are resized as
# for all other networks here (CRST: cv2, bilinear), which the first stages train.
_base_ = "./cityscapes_pseudo.py"

target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(2048, 1024),
        ratio_range=(0.5, 1.5),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="RandomCrop", crop_size=(512, 1024)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=2,
    sampler=dict(samples_per_domain=dict(target=2)),
    dataset=dict(domains=dict(target=dict(pipeline=target_pipeline))),
)
