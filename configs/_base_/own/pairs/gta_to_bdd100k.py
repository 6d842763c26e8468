# GTA5 -> BDD100K, its 10k images.
_base_ = "./street.py"

pair = dict(
    source=dict(type="GTA5Dataset", data_root="data/gta5"),
    target=dict(type="NamedImages", name="bdd100k", data_root="data/bdd100k"),
    val=dict(type="NamedFolder", name="bdd100k", data_root="data/bdd100k", split="val"),
)
