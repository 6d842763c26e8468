# LCDA, then LCRF: Cityscapes -> Dark Zurich.
_base_ = [
    "../_base_/own/lcda_lcrf.py",
    "../_base_/own/pairs/cityscapes_to_dark_zurich.py",
]
own = _base_.pair
