# Classifiers and maps of the MLAN paper, from which its methods take what they need.
c_region = dict(type="DilatedRegionHead", in_channels=2048, num_regions=100)
c_small = dict(c_region, patch_size=(18, 32))
c_medium = dict(c_region, patch_size=(36, 64))
c_large = dict(c_region, patch_size=(72, 128))
c_image = dict(type="PixelDiscriminator", in_channels=2048, padding=2, grid=(3, 3))

region_map = dict(type="RegionConsistencyMap", on="target", sees="feature")
# M_region (Eq. 7) is the mean of the three levels: our choice
map_region = dict(type="CombinedMap", maps=["small", "medium", "large"], how="mean")
map_image = dict(type="ImageConsistencyMap", head="c_image", on="target")  # Eq. 7
map_multi = dict(type="CombinedMap", maps=["region", "image"], how="product")  # Eq. 11

il_al = dict(
    type="Adversarial",
    discriminators=dict(decode="c_image"),
    sees="feature",
    gan="bce",
    source_label=1,
    discriminator_weight=0.5,  # our choice, as AdaptSegNet; Adam does not mind
    loss_weight=dict(decode=1e-3),  # lambda_image
    paper="MLAN paper, Eq. 6",
)
