# GTA5 -> Cityscapes as AdaptSegNet trains, with the modes of the source's patches.
_base_ = "./gta_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
    dict(type="LabelRegions", name="patch_modes"),
]
train_dataloader = dict(
    dataset=dict(domains=dict(source=dict(pipeline=source_pipeline)))
)
