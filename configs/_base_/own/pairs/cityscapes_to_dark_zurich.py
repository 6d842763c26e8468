# Cityscapes -> Dark Zurich: its nights, of which 50 have labels.
_base_ = "./street.py"

pair = dict(
    source=dict(type="NamedFolder", name="cityscapes", data_root="data/cityscapes"),
    target=dict(
        type="NamedImages",
        name="dark_zurich",
        data_root="data/dark_zurich",
        part="night",
    ),
    val=dict(
        type="NamedFolder",
        name="dark_zurich",
        data_root="data/dark_zurich",
        part="night",
        split="val",
    ),
)
