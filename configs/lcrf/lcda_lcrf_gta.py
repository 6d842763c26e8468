# LCDA+LCRF with a source term in stage two, GTA5 -> Cityscapes: our option.
_base_ = "./mrnet_lcrf_source_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_gta.py"))
