# No adaptation but for batch norm's statistics: DRIVE -> STARE.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/drive_to_stare.py",
]
own = _base_.pair
