# GTA5 -> Cityscapes as CLAN trains: whole images, one of each domain, mirrored, at 0.8,
# 1 or 1.1 times 1280x720 and 1024x512. Scales are (width, height).
# Our choices: labels are resized with their image (the released code resizes the image
# alone); the three sizes are equally likely (there 1 has a chance of 0.4).
_base_ = "./gta_to_cityscapes_whole.py"

source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(
        type="RandomChoiceResize",
        scales=[(1024, 576), (1280, 720), (1408, 792)],
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(
        type="RandomChoiceResize",
        scales=[(819, 409), (1024, 512), (1126, 563)],
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(pipeline=source_pipeline),
            target=dict(pipeline=target_pipeline),
        )
    )
)
