# Stage two with a source term: what cityscapes_pseudo.py has, and a third as many crops
# of GTA5 beside them, scaled as MRNet scales it. No paper's: our option.
_base_ = "./cityscapes_pseudo.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(1280, 720),
        ratio_range=(0.8, 1.2),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="DiverseCrop", crop_size=(256, 512), min_labels=11),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=12,
    sampler=dict(samples_per_domain=dict(source=3, target=9)),
    dataset=dict(
        domains=dict(
            source=dict(
                type="GTA5Dataset", data_root="data/gta5", pipeline=source_pipeline
            ),
        ),
    ),
)
