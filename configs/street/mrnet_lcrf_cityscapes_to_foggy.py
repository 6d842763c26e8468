# MRNet, then LCRF: Cityscapes -> Foggy Cityscapes.
_base_ = [
    "../_base_/own/mrnet_lcrf.py",
    "../_base_/own/pairs/cityscapes_to_foggy.py",
]
own = _base_.pair
