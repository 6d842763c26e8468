# Stage two: Cityscapes' training images with pseudo-labels, 1280x640 with jitter,
# crop 256x512 (height, width), batch 9 (LCDA paper, Sec. IV-B; RPLUE). Mirroring and
# the rule of more than ten label values are RPLUE's; the LCDA paper is silent there.
# `pseudo_label_dir` is filled in by the stage runner, or by you.
_base_ = "./cityscapes_eval.py"

target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomResize",
        scale=(1280, 640),
        ratio_range=(0.8, 1.2),
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="DiverseCrop", crop_size=(256, 512), min_labels=11),
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
