# Regularized RL-AL, GTA5 -> Cityscapes (MLAN paper, Table 1):
# CR-AL whose C_image trains, for M_image, and fools nobody.
_base_ = "./cr_al_gta.py"
model = dict(
    objectives=dict(il_al=dict(fool=False, weight=None, weight_discriminator=False))
)
