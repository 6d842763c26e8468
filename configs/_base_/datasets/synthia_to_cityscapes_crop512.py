# SYNTHIA -> Cityscapes, crops of 512x512 instead of whole images. With region labels:
# patches of 18x32 do not tile that: 28x16 of 18.3x32 cover it, and a patch has the
# label that most of its pixels have.
_base_ = "./synthia_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1280, 720), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(512, 512)),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1024, 512), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(512, 512)),
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
