# CHASE_DB1 -> DRIVE. Of CHASE_DB1 the 20 images that mmseg trains on.
_base_ = "./retina.py"

pair = dict(
    source=dict(
        type="NamedFolder", name="chase_db1", data_root="data/chase_db1", indices=20
    ),
    target=dict(type="NamedImages", name="drive", data_root="data/drive"),
    val=dict(type="NamedFolder", name="drive", data_root="data/drive", split="test"),
)
