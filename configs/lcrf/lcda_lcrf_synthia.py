# LCDA+LCRF, SYNTHIA -> Cityscapes: no row of the paper, which has an adversary in it.
_base_ = "./mrnet_lcrf_synthia.py"

stages = dict(stage_one=dict(config="../lcda/lcda_synthia.py"))
