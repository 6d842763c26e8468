# GTA5 -> Cityscapes as gta_to_cityscapes_lcda.py, for networks of patches of 14 pixels:
# both domains at 1260x630 with scale jitter, crop 504x252 (width x height), which is
# 36x18 patches. Scales are (width, height), crops (height, width).
_base_ = "./cityscapes_eval_patch14.py"

resize = dict(
    type="RandomResize",
    scale=(1260, 630),
    ratio_range=(0.8, 1.2),
    backend="pillow",
    interpolation="bicubic",
)
crop = dict(type="RandomCrop", crop_size=(252, 504))
source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    resize,
    crop,
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    resize,
    crop,
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=4,  # the sum of samples_per_domain
    num_workers=4,
    persistent_workers=True,
    sampler=dict(
        type="MultiDomainSampler", samples_per_domain=dict(source=2, target=2)
    ),
    dataset=dict(
        type="MultiDomainDataset",
        domains=dict(
            source=dict(
                type="GTA5Dataset", data_root="data/gta5", pipeline=source_pipeline
            ),
            target=dict(
                type="CityscapesImages",
                data_root="data/cityscapes",
                split="train",
                pipeline=target_pipeline,
            ),
        ),
    ),
)
