# CR-AL +ST, GTA5 -> Cityscapes (MLAN paper, Table 2): CR-AL, pseudo-labels,
# and a training on these alone.
_base_ = "../_base_/self_training_gta.py"
stages = dict(train=dict(config="cr_al_gta.py"))
