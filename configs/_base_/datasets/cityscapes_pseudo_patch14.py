# Stage two as cityscapes_pseudo.py, for networks of patches of 14 pixels: 1260x630 with
# jitter, crop 252x504 (height, width). `pseudo_label_dir` is filled in by the stage
# runner, or by you.
_base_ = "./cityscapes_eval_patch14.py"

target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(1260, 630),
        ratio_range=(0.8, 1.2),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="DiverseCrop", crop_size=(252, 504), min_labels=11),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=9,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="MultiDomainSampler", samples_per_domain=dict(target=9)),
    dataset=dict(
        type="MultiDomainDataset",
        domains=dict(
            target=dict(
                type="PseudoLabelledDataset",
                images=dict(
                    type="CityscapesImages", data_root="data/cityscapes", split="train"
                ),
                pseudo_label_dir=None,
                pipeline=target_pipeline,
            ),
        ),
    ),
)
