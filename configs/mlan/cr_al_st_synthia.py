# CR-AL +ST, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL, pseudo-labels, and a training on these alone.
_base_ = "../_base_/self_training_synthia.py"
stages = dict(train=dict(config="cr_al_synthia.py"))
