# LoveDA, rural -> urban.
_base_ = "./aerial.py"

pair = dict(
    source=dict(
        type="NamedFolder", name="loveda", data_root="data/loveda", part="rural"
    ),
    target=dict(
        type="NamedImages", name="loveda", data_root="data/loveda", part="urban"
    ),
    val=dict(
        type="NamedFolder",
        name="loveda",
        data_root="data/loveda",
        part="urban",
        split="val",
    ),
)
