# GTA5 and Cityscapes for BDL's translators, as its released command has them: four
# images of each, 1024 pixels wide with their own aspect ratio, crops of 452x452,
# mirrored. (GTA5's 1914x1052 becomes 1024x563; the code truncates to 562.)
_base_ = "./gta_to_cityscapes_translation.py"

resize = dict(
    type="Resize",
    scale=(1024, 1024),  # the longer side
    keep_ratio=True,
    backend="pillow",
    interpolation="bicubic",
)
crop = dict(type="RandomCrop", crop_size=(452, 452))
pipeline = [
    dict(type="LoadImageFromFile"),
    resize,
    crop,
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=8,  # the sum of samples_per_domain
    sampler=dict(samples_per_domain=dict(source=4, target=4)),
    dataset=dict(
        domains=dict(source=dict(pipeline=pipeline), target=dict(pipeline=pipeline))
    ),
)
translate_pipeline = [
    dict(type="LoadImageFromFile"),
    resize,
    dict(type="PackSegInputs"),
]
