# DRIVE -> STARE, whose halves are mmseg's: the first ten images are trained on.
_base_ = "./retina.py"

pair = dict(
    source=dict(type="NamedFolder", name="drive", data_root="data/drive"),
    target=dict(type="NamedImages", name="stare", data_root="data/stare", indices=10),
    val=dict(type="NamedFolder", name="stare", data_root="data/stare", indices=-10),
)
