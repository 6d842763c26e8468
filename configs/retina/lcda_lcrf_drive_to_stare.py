# LCDA, then LCRF: DRIVE -> STARE.
_base_ = [
    "../_base_/own/lcda_lcrf.py",
    "../_base_/own/pairs/drive_to_stare.py",
]
own = _base_.pair
