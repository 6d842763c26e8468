# LCDA+LCRF, GTA5 -> Cityscapes: no row of the paper; stage two on the target alone.
_base_ = "./mrnet_lcrf_target_only_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_gta.py"))
