# MRNet, then LCRF: CHASE_DB1 -> DRIVE.
_base_ = [
    "../_base_/own/mrnet_lcrf.py",
    "../_base_/own/pairs/chase_db1_to_drive.py",
]
own = _base_.pair
