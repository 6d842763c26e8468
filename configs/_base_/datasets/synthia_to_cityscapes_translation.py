# SYNTHIA and Cityscapes for an image translator, as for GTA5. SYNTHIA images keep their
# own 1280x760 (our choice).
_base_ = "./gta_to_cityscapes_translation.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1280, 760), backend="pillow", interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(256, 512)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(
                type="SynthiaDataset",
                data_root="data/synthia",
                pipeline=source_pipeline,
            )
        )
    )
)
translate_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1280, 760), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
]
