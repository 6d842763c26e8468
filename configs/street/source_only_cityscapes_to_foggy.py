# No adaptation: Cityscapes -> Foggy Cityscapes.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/cityscapes_to_foggy.py",
]
own = _base_.pair
