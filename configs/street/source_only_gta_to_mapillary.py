# No adaptation: GTA5 -> Mapillary Vistas.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/gta_to_mapillary.py",
]
own = _base_.pair
