# PatchAlign: modes of the source's patches, then the training that learns from them.
# From memory of the paper, not checked: patches of 32x64 (height, width), 2x2 parts,
# 50 modes. Our choice: 200 000 patches of at most 2000 images.
stages = dict(
    patch_modes=dict(
        type="RegionLabelStage",
        rule=dict(
            type="PatchModes",
            patch_size=(32, 64),
            num_modes=50,
            cells=2,
            max_patches=200_000,
            max_images=2000,
            min_labelled=0.5,  # our choice: with less, a patch is ignored
        ),
    ),
    train=dict(type="TrainStage", regions="patch_modes"),
)
