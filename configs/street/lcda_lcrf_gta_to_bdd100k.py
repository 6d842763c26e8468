# LCDA, then LCRF: GTA5 -> BDD100K.
_base_ = [
    "../_base_/own/lcda_lcrf.py",
    "../_base_/own/pairs/gta_to_bdd100k.py",
]
own = _base_.pair
