# What pairs of street scenes share. Images are 1024 to 1536 pixels wide, as MRNet's
# source is (1280x720, times 0.8 to 1.2); crop, batch and the rule of more than ten
# label values are MRNet's, too, the lengths those of its and LCRF's schedules.
pair = dict(
    network="_own_.networks.base",  # the papers' ResNet-101
    metainfo=dict(
        classes=(
            *("road", "sidewalk", "building", "wall", "fence", "pole"),
            *("traffic light", "traffic sign", "vegetation", "terrain", "sky"),
            *("person", "rider", "car", "truck", "bus", "train"),
            *("motorcycle", "bicycle"),
        ),
    ),
    num_classes=19,
    scale=(1024, 576),  # of 2:1 images 1024x512, of 16:9 ones 1024x576
    ratio_range=(1.0, 1.5),
    crop_size=(512, 1024),
    min_labels=11,
)
