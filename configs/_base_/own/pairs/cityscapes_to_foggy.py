# Cityscapes -> Foggy Cityscapes, the densest fog. Both lie in one folder, as unpacked;
# they are the same scenes.
_base_ = "./street.py"

pair = dict(
    source=dict(type="NamedFolder", name="cityscapes", data_root="data/cityscapes"),
    target=dict(
        type="NamedImages",
        name="foggy_cityscapes",
        data_root="data/cityscapes",
        part="0.02",
    ),
    val=dict(
        type="NamedFolder",
        name="foggy_cityscapes",
        data_root="data/cityscapes",
        part="0.02",
        split="val",
    ),
)
