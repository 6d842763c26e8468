# What the pairs of LoveDA share. Crop, batch and length are those of its authors' code
# for adaptation; the network, a ResNet-50, and its optimizer are those of `small`.
pair = dict(
    network="_own_.networks.small",
    metainfo=dict(
        classes=(
            *("background", "building", "road", "water", "barren", "forest"),
            "agriculture",
        ),
        palette=[
            *([255, 255, 255], [220, 60, 60], [240, 200, 60], [60, 90, 220]),
            *([160, 130, 180], [40, 140, 60], [240, 170, 120]),
        ],
    ),
    num_classes=7,
    scale=(1024, 1024),  # as they are
    ratio_range=(1.0, 1.0),
    crop_size=(512, 512),
    samples_per_domain=dict(source=8, target=8),
    batch_size=16,
    iters=10000,
)
