# L = CE(source) + lambda_region * sum_levels CE(C_region(E(source)), region labels)
# RLL of the MLAN paper's Table 1: Eq. 2 and 3. Losses are means over pixels or patches
# where the paper prints sums (our choice, else lambda would depend on the image size);
# the three levels are summed up.
c_region = dict(type="DilatedRegionHead", in_channels=2048, num_regions=100)
region = dict(
    type="RegionClassification",
    on="source",
    sees="feature",
    loss_weight=dict(decode=5e-3),  # lambda_region
    paper="MLAN paper, Eq. 3",
)
model = dict(
    type="UDASegmentor",
    heads=dict(
        c_small=dict(c_region, patch_size=(18, 32)),
        c_medium=dict(c_region, patch_size=(36, 64)),
        c_large=dict(c_region, patch_size=(72, 128)),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="MLAN paper, Eq. 2",
        ),
        region_small=dict(region, head="c_small", labels="region_small"),
        region_medium=dict(region, head="c_medium", labels="region_medium"),
        region_large=dict(region, head="c_large", labels="region_large"),
    ),
)
