# No adaptation but for batch norm's statistics: GTA5 -> Mapillary Vistas.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/gta_to_mapillary.py",
]
own = _base_.pair
