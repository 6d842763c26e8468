# LCDA+LCRF, GTA5 -> Cityscapes: no row of the paper, which has an adversary in it.
_base_ = "./mrnet_lcrf_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_gta.py"))
