# L = CR-AL without RL-AL. C_region learns from the region labels, for M_region, and E
# does not: the table names L_seg and L_image only.
# Regularized IL-AL of the MLAN paper's Table 1: Eq. 9.
_base_ = "./cr_al.py"

model = dict(
    objectives=dict(
        rl_al=None,
        region_small=dict(head_only=True),
        region_medium=dict(head_only=True),
        region_large=dict(head_only=True),
    )
)
