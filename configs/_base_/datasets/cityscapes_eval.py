# Validation and test on Cityscapes val, as the field does it: the image shrunk to
# 1024x512 with antialiased bicubic, scored against the labels at full resolution
# (hence the labels are loaded after the resize). Scales are (width, height).
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1024, 512), backend="pillow", interpolation="bicubic"),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]
# `tools/test.py --tta`: two scales, each also mirrored.
tta_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(
        type="TestTimeAug",
        transforms=[
            [
                dict(
                    type="Resize",
                    scale=(1024, 512),
                    backend="pillow",
                    interpolation="bicubic",
                ),
                dict(
                    type="Resize",
                    scale=(1280, 640),
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
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(
        type="CityscapesLabelled",
        data_root="data/cityscapes",
        split="val",
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type="UDAIoUMetric")
test_evaluator = val_evaluator
