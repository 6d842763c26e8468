# GTA5 -> Cityscapes as ADVENT trains, with the region labels of the source's patches:
# region_small, region_medium and region_large.
_base_ = "./gta_to_cityscapes_whole.py"

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
