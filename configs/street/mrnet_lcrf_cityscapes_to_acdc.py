# MRNet, then LCRF: Cityscapes -> ACDC.
_base_ = [
    "../_base_/own/mrnet_lcrf.py",
    "../_base_/own/pairs/cityscapes_to_acdc.py",
]
own = _base_.pair
