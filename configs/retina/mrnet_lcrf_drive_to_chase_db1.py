# MRNet, then LCRF: DRIVE -> CHASE_DB1.
_base_ = [
    "../_base_/own/mrnet_lcrf.py",
    "../_base_/own/pairs/drive_to_chase_db1.py",
]
own = _base_.pair
