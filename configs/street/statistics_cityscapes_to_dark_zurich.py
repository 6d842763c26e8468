# No adaptation but for batch norm's statistics: Cityscapes -> Dark Zurich.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/cityscapes_to_dark_zurich.py",
]
own = _base_.pair
