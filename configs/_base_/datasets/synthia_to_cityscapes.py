# SYNTHIA -> Cityscapes, protocol (a): a 19-way head, one confusion matrix, averaged
# over the 16 and the 13 classes of the literature. Source images keep SYNTHIA's own
# 1280x760 (our choice, as CLAN and FDA do), everything else is as for GTA5.
_base_ = "./gta_to_cityscapes.py"

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
    dict(type="DiverseCrop", crop_size=(512, 1024), min_labels=11),
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
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
