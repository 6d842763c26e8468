# No adaptation but for batch norm's statistics: GTA5 -> BDD100K.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/gta_to_bdd100k.py",
]
own = _base_.pair
