# LCDA, then LCRF: GTA5 -> Mapillary Vistas.
_base_ = [
    "../_base_/own/lcda_lcrf.py",
    "../_base_/own/pairs/gta_to_mapillary.py",
]
own = _base_.pair
