# LCDA+Adv+LCRF with a source term in stage two, SYNTHIA -> Cityscapes: our option.
_base_ = "./mrnet_lcrf_source_synthia.py"

stages = dict(stage_one=dict(config="../lcda/lcda_adv_synthia.py"))
