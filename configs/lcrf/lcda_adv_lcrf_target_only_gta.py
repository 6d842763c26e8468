# LCDA+Adv+LCRF, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper to the letter:
# stage two sees target images alone (Eq. 9).
_base_ = "./mrnet_lcrf_target_only_gta.py"

stages = dict(stage_one=dict(config="../lcda/lcda_adv_gta.py"))
