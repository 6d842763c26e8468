# L = CE(source) + lambda_region * sum_levels CE(C_region(E(source)), region labels)
# RLL of the MLAN paper's Table 1: Eq. 2 and 3. Losses are means over pixels or patches
# where the paper prints sums (our choice, else lambda would depend on the image size);
# the three levels are summed up.
_base_ = ["./baseline.py", "./mlan_parts.py", "../stages/region_labels.py"]

region = dict(
    type="RegionClassification",
    on="source",
    sees="feature",
    loss_weight=dict(decode=5e-3),  # lambda_region
    paper="MLAN paper, Eq. 3",
)
model = dict(
    heads=dict(
        c_small=_base_.c_small, c_medium=_base_.c_medium, c_large=_base_.c_large
    ),
    objectives=dict(
        region_small=dict(region, head="c_small", labels="region_small"),
        region_medium=dict(region, head="c_medium", labels="region_medium"),
        region_large=dict(region, head="c_large", labels="region_large"),
    ),
)
