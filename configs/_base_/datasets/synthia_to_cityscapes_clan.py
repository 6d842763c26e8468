# SYNTHIA -> Cityscapes as CLAN trains: see GTA5's; the source at 0.8, 1 or 1.1 times
# SYNTHIA's own 1280x760.
_base_ = "./gta_to_cityscapes_clan.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomChoiceResize",
        scales=[(1024, 608), (1280, 760), (1408, 836)],
        backend="pillow",
        interpolation="bicubic",
    ),
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
