# No adaptation: GTA5 -> BDD100K.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/gta_to_bdd100k.py",
]
own = _base_.pair
