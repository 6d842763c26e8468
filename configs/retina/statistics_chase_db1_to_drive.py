# No adaptation but for batch norm's statistics: CHASE_DB1 -> DRIVE.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/chase_db1_to_drive.py",
]
own = _base_.pair
