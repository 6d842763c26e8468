# LCDA+Adv+LCRF, GTA5 -> Cityscapes: Algorithm 1 with an adversary in stage one (LCDA
# paper, Table I). Our choice is the source term of stage two.
_base_ = "./mrnet_lcrf_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_adv_gta.py"))
