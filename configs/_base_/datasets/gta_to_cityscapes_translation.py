# GTA5 and Cityscapes for an image translator: crops of one image each, mirrored, no
# labels. Scales are (width, height), crops (height, width).
# Our choices (the MLAN paper has no numbers; CycleGAN's own are for other data): images
# at the scales of the segmentor's training, crops of 256x512, which is what 9 blocks
# fit into a GPU of 12 GB with, and no image pool.
# There is nothing to score, so it is not validated; `SampleViewsHook` draws instead.
_base_ = "./gta_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(256, 512)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1024, 512), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(256, 512)),
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
# Translated whole, at the scale of the training, and written at the original's size.
translate_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
]
val_dataloader = None
val_evaluator = None
test_dataloader = None
test_evaluator = None
