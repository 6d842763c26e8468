# GTA5 -> Cityscapes as CRST trains: native sizes with scale jitter, crops of 512x1024
# (height, width), one image of each domain. The released code draws both images of a
# batch from the target and a random 3% of the source; one of each, with losses weighted
# by these shares (methods/cbst.py), has the same mean and needs no second data set.
# GTA5 is narrower than the crop at half its size, so its jitter starts at 0.54, and
# nothing is padded. The code's crops around rare classes are left out.
_base_ = "./gta_to_cityscapes.py"

augment = [
    dict(type="RandomCrop", crop_size=(512, 1024)),
    dict(type="RandomFlip", prob=0.5),
]
source_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="RandomResize", scale=(1914, 1052), ratio_range=(0.54, 1.5)),
    *augment,
    dict(type="PackSegInputs"),
]
target_resize = dict(type="RandomResize", scale=(2048, 1024), ratio_range=(0.5, 1.5))
target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    target_resize,
    *augment,
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(2048, 1024)),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]
# Pseudo-labels: the image at 0.9 of its size and its mirror image, averaged.
tta_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(
        type="TestTimeAug",
        transforms=[
            [dict(type="Resize", scale=(1843, 922))],
            [
                dict(type="RandomFlip", prob=0.0, direction="horizontal"),
                dict(type="RandomFlip", prob=1.0, direction="horizontal"),
            ],
            [dict(type="LoadLabels")],
            [dict(type="PackSegInputs")],
        ],
    ),
]
train_dataloader = dict(
    batch_size=2,  # the sum of samples_per_domain
    sampler=dict(samples_per_domain=dict(source=1, target=1)),
    dataset=dict(
        domains=dict(
            source=dict(pipeline=source_pipeline),
            target=dict(
                _delete_=True,
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
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
