# Cityscapes -> ACDC: fog, night, rain and snow together.
_base_ = "./street.py"

pair = dict(
    source=dict(type="NamedFolder", name="cityscapes", data_root="data/cityscapes"),
    target=dict(type="NamedImages", name="acdc", data_root="data/acdc"),
    val=dict(type="NamedFolder", name="acdc", data_root="data/acdc", split="val"),
)
