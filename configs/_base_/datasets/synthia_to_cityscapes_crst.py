# SYNTHIA -> Cityscapes as CRST trains, see gta_to_cityscapes_crst.py. SYNTHIA is
# narrower than the crop below 0.8 of its size.
_base_ = "./gta_to_cityscapes_crst.py"

synthia_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="RandomResize", scale=(1280, 760), ratio_range=(0.8, 1.5)),
    dict(type="RandomCrop", crop_size=(512, 1024)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(
                type="SynthiaDataset",
                data_root="data/synthia",
                pipeline=synthia_pipeline,
            )
        )
    )
)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
