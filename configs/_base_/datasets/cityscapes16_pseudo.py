# Stage two of SYNTHIA's protocol (b): pseudo-labels of a 16-way head.
_base_ = "./cityscapes_pseudo.py"

metainfo = dict(
    classes=(
        "road",
        "sidewalk",
        "building",
        "wall",
        "fence",
        "pole",
        "traffic light",
        "traffic sign",
        "vegetation",
        "sky",
        "person",
        "rider",
        "car",
        "bus",
        "motorcycle",
        "bicycle",
    )
)
train_dataloader = dict(
    dataset=dict(domains=dict(target=dict(images=dict(metainfo=metainfo))))
)
val_dataloader = dict(dataset=dict(metainfo=metainfo))
test_dataloader = val_dataloader
val_evaluator = dict(subsets="synthia", protocol="b")
test_evaluator = val_evaluator
