# No adaptation: DRIVE -> STARE.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/drive_to_stare.py",
]
own = _base_.pair
