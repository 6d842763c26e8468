# No adaptation: Cityscapes -> ACDC.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/cityscapes_to_acdc.py",
]
own = _base_.pair
