# SYNTHIA -> Cityscapes as ADVENT trains, with the labels of the source's patches:
# region_small, region_medium and region_large. 1280x720, not the 1280x760 of the other
# configs: patches of 18x32, 36x64 and 72x128 (height x width) tile that.
_base_ = "./synthia_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="LoadRegionLabels", name="regions"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="PackRegionLabels"),
]
train_dataloader = dict(
    dataset=dict(domains=dict(source=dict(pipeline=source_pipeline)))
)
