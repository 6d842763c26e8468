# GTA5 -> Cityscapes as the LCDA paper trains its first stage: both domains at 1280x640
# with scale jitter, crop 512x256 (width x height), two images of each. The paper speaks
# of "the input image", so target images are treated as source images are. Mirroring is
# our choice (RPLUE's, whose settings the paper follows). Scales are (width, height),
# crops (height, width).
_base_ = "./gta_to_cityscapes.py"

resize = dict(
    type="RandomResize",
    scale=(1280, 640),
    ratio_range=(0.8, 1.2),
    backend="pillow",
    interpolation="bicubic",
)
crop = dict(type="RandomCrop", crop_size=(256, 512))
source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    resize,
    crop,
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    resize,
    crop,
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(pipeline=source_pipeline),
            target=dict(pipeline=target_pipeline),
        )
    )
)
