# MRNet, then LCRF.
_base_ = "./lcrf.py"
stages = dict(stage_one=dict(config="./mrnet.py"))
