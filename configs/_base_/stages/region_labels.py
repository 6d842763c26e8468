# MLAN: the context relations of the source's patches (Sec. 3.2), then the training that
# learns from them. The paper: three sizes, HOG, DBSCAN, 100 relations. Ours: all other
# numbers (docs/region_labels.md).
rule = dict(
    type="HogClusters",
    num_regions=100,
    eps=0.1,
    min_samples=10,
    class_histogram=0.0,
    pca_dims=24,
    max_patches=20_000,
    max_images=2000,
    min_labelled=0.5,
)
stages = dict(
    regions=dict(
        type="RegionGridStage",
        scale=(1280, 720),  # (width, height) of the labels that patches are cut from
        rules=dict(
            small=dict(patch_size=(18, 32), **rule),  # (height, width), grid 40x40
            medium=dict(patch_size=(36, 64), **rule),  # 20x20
            large=dict(patch_size=(72, 128), **rule),  # 10x10
        ),
    ),
    train=dict(type="TrainStage", regions="regions"),
)
del rule
