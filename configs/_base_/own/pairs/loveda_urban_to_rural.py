# LoveDA, urban -> rural.
_base_ = "./aerial.py"

pair = dict(
    source=dict(
        type="NamedFolder", name="loveda", data_root="data/loveda", part="urban"
    ),
    target=dict(
        type="NamedImages", name="loveda", data_root="data/loveda", part="rural"
    ),
    val=dict(
        type="NamedFolder",
        name="loveda",
        data_root="data/loveda",
        part="rural",
        split="val",
    ),
)
