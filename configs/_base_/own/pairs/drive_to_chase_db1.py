# DRIVE -> CHASE_DB1, whose parts are mmseg's: the first 20 images are trained on.
_base_ = "./retina.py"

pair = dict(
    source=dict(type="NamedFolder", name="drive", data_root="data/drive"),
    target=dict(
        type="NamedImages", name="chase_db1", data_root="data/chase_db1", indices=20
    ),
    val=dict(
        type="NamedFolder", name="chase_db1", data_root="data/chase_db1", indices=-8
    ),
)
