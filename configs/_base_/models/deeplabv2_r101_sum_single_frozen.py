# The single-head DeepLab-v2 with batch norm as CRST trains it: its statistics, too, are
# frozen, so the target never enters them.
_base_ = "./deeplabv2_r101_sum_single.py"
segmentor = dict(backbone=dict(norm_eval=True))
