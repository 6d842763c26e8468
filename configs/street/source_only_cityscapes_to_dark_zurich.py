# No adaptation: Cityscapes -> Dark Zurich.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/cityscapes_to_dark_zurich.py",
]
own = _base_.pair
