# SYNTHIA -> Cityscapes, whole images, as ADVENT trains: 1280x720, not the 1280x760 of
# the other configs. Patches of 18x32, 36x64 and 72x128 (height x width), whose regions
# MLAN learns, tile that.
_base_ = "./synthia_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(domains=dict(source=dict(pipeline=source_pipeline)))
)
