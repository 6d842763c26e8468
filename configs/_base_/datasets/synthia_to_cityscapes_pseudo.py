# Stage two with a source term, SYNTHIA's: see gta_to_cityscapes_pseudo.py.
_base_ = "./gta_to_cityscapes_pseudo.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(1280, 760),
        ratio_range=(0.8, 1.2),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="DiverseCrop", crop_size=(256, 512), min_labels=11),
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
            ),
        ),
    ),
)
