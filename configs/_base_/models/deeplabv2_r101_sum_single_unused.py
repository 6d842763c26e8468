# The single-head DeepLab-v2 beside an image translator that does not look at it:
# nothing is downloaded for it, and it stays random. What does look at it starts from a
# stage.
_base_ = "./deeplabv2_r101_sum_single.py"
segmentor = dict(backbone=dict(init_cfg=None))
