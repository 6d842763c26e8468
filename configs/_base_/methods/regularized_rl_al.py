# L = CR-AL without its adversarial term: C_image trains, for M_image, and fools nobody.
# Regularized RL-AL of the MLAN paper's Table 1: Eq. 8.
_base_ = "./cr_al.py"

model = dict(
    objectives=dict(il_al=dict(fool=False, weight=None, weight_discriminator=False))
)
