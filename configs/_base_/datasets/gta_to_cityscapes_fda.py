# GTA5 -> Cityscapes as FDA trains: source 1280x720, of which a crop, target 1024x512,
# one image of each, no jitter, no mirroring. Scales are (width, height), crops
# (height, width). Both must end at one size, since their frequencies are swapped.
_base_ = "./gta_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(512, 1024)),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(domains=dict(source=dict(pipeline=source_pipeline)))
)
