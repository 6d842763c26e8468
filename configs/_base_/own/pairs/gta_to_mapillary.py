# GTA5 -> Mapillary Vistas 1.2, whose 66 classes become the 19.
_base_ = "./street.py"

pair = dict(
    source=dict(type="GTA5Dataset", data_root="data/gta5"),
    target=dict(type="NamedImages", name="mapillary", data_root="data/mapillary"),
    val=dict(
        type="NamedFolder", name="mapillary", data_root="data/mapillary", split="val"
    ),
    scale=(1024, 768),  # most of its photos are 4:3
)
