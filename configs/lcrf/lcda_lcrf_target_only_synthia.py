# LCDA+LCRF, SYNTHIA -> Cityscapes: no row of the paper; stage two on the target alone.
_base_ = "./mrnet_lcrf_target_only_synthia.py"

stages = dict(stage_one=dict(config="../lcda/lcda_synthia.py"))
