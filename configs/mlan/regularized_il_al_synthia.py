# Regularized IL-AL, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL without RL-AL. C_region learns from the region labels, for M_region, and E does
# not: the table names L_seg and L_image only.
_base_ = "./cr_al_synthia.py"
model = dict(
    objectives=dict(
        rl_al=None,
        region_small=dict(head_only=True),
        region_medium=dict(head_only=True),
        region_large=dict(head_only=True),
    )
)
