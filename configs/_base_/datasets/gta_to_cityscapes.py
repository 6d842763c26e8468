# GTA5 -> Cityscapes as MRNet trains its first stage: source 1280x720 with scale
# jitter and mirroring, target 1024x512 with neither. Scales are (width, height),
# crops (height, width). A source crop is drawn anew, up to ten times, until it holds
# more than ten label values; that is in MRNet's code, not in its text.
_base_ = "./cityscapes_eval.py"

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
    dict(type="DiverseCrop", crop_size=(512, 1024), min_labels=11),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1024, 512), backend="pillow", interpolation="bicubic"),
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
