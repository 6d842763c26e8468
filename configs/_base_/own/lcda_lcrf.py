# LCDA, then LCRF: no discriminator anywhere.
_base_ = "./lcrf.py"
stages = dict(stage_one=dict(config="./lcda.py"))
