# LCDA+LCRF, GTA5 -> Cityscapes: no row of the paper, whose stage one has an adversary.
_base_ = "./lcda_adv_lcrf_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_gta.py"))
