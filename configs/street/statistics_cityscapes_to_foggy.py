# No adaptation but for batch norm's statistics: Cityscapes -> Foggy Cityscapes.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/cityscapes_to_foggy.py",
]
own = _base_.pair
