# CRST's data with soft labels for the target.
_base_ = "./gta_to_cityscapes_crst.py"

target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="LoadSoftLabels"),
    dict(type="RandomResize", scale=(2048, 1024), ratio_range=(0.5, 1.5)),
    dict(type="RandomCrop", crop_size=(512, 1024)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSoftLabels"),
]
train_dataloader = dict(
    dataset=dict(domains=dict(target=dict(soft=True, pipeline=target_pipeline)))
)
