# LCDA+Adv+LCRF, SYNTHIA -> Cityscapes: Algorithm 1 with an adversary in stage one (LCDA
# paper, Table II). Our choice is the source term of stage two.
_base_ = "./mrnet_lcrf_synthia.py"

stages = dict(stage_one=dict(config="../lcda/lcda_adv_synthia.py"))
