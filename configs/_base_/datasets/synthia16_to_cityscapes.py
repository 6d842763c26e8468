# SYNTHIA -> Cityscapes, protocol (b): a 16-way head over the classes that SYNTHIA
# has; labels of the other three Cityscapes classes are ignored. Set num_classes=16 in
# the model. Numbers of protocols (a) and (b) must not be mixed.
_base_ = "./synthia_to_cityscapes.py"

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
    dataset=dict(
        domains=dict(source=dict(metainfo=metainfo), target=dict(metainfo=metainfo))
    )
)
val_dataloader = dict(dataset=dict(metainfo=metainfo))
test_dataloader = val_dataloader
val_evaluator = dict(protocol="b")
test_evaluator = val_evaluator
