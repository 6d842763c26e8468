# No adaptation but for batch norm's statistics: Cityscapes -> ACDC.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/cityscapes_to_acdc.py",
]
own = _base_.pair
