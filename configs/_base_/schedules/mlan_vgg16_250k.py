# MLAN on VGG-16: C_seg learns at the trunk's rate, as in AdaptSegNet's VGG code.
_base_ = "./mlan_250k.py"

optim_wrapper = dict(segmentor=dict(lr_mults=None))
