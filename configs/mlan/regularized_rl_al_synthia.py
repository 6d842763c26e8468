# Regularized RL-AL, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL whose C_image trains, for M_image, and fools nobody.
_base_ = "./cr_al_synthia.py"
model = dict(
    objectives=dict(il_al=dict(fool=False, weight=None, weight_discriminator=False))
)
