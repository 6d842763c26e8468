# Validation and test on Cityscapes val at 1008x504, of patches of 14 pixels 72x36; else
# as cityscapes_eval.py. Scales are (width, height).
_base_ = "./cityscapes_eval.py"

test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1008, 504), backend="pillow", interpolation="bicubic"),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]
tta_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(
        type="TestTimeAug",
        transforms=[
            [
                dict(
                    type="Resize",
                    scale=(1008, 504),
                    backend="pillow",
                    interpolation="bicubic",
                ),
                dict(
                    type="Resize",
                    scale=(1260, 630),
                    backend="pillow",
                    interpolation="bicubic",
                ),
            ],
            [
                dict(type="RandomFlip", prob=0.0, direction="horizontal"),
                dict(type="RandomFlip", prob=1.0, direction="horizontal"),
            ],
            [dict(type="LoadLabels")],
            [dict(type="PackSegInputs")],
        ],
    ),
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
