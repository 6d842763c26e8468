# Stage two with a source term as gta_to_cityscapes_pseudo.py, for networks of patches
# of 14 pixels: crops of both domains are 252x504 (height, width).
_base_ = "./cityscapes_pseudo_patch14.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(1260, 714),
        ratio_range=(0.8, 1.2),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="DiverseCrop", crop_size=(252, 504), min_labels=11),
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
