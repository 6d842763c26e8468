"""Vessels of the retina: four sets, twelve pairs."""

from .entry import Entry, Layout

_VESSELS = ("background", "vessel")
_MASK = {0: "background", 1: "vessel", 255: "vessel"}  # of 1-bit files: 0 and 1


def _entry(title: str, page: str, *layouts: Layout, **more: object) -> Entry:
    return Entry(
        title=title,
        page=page,
        terms="terms of its own, see the page",
        layouts=layouts,
        ids=_MASK,
        classes=_VESSELS,
        palette=((0, 0, 0), (220, 60, 60)),
        **{"splits": {"train": ""}, "labelled": ("train",), **more},
    )


RETINA = {
    "drive": _entry(
        "DRIVE",
        "https://drive.grand-challenge.org",
        Layout(
            images="{split}/images",
            image_suffix=("_training.tif", "_test.tif"),
            labels="{split}/1st_manual",
            label_suffix="_manual1.gif",
        ),
        splits={"train": "training", "test": "test"},
        labelled=("train", "test"),
        counts={"train": 20, "test": 20},
    ),
    "stare": _entry(
        "STARE",
        "https://cecas.clemson.edu/~ahoover/stare/probing",
        # of stare-images.tar and labels-ah.tar, each file through gunzip
        Layout("stare-images", ".ppm", "labels-ah", ".ah.ppm"),
        counts={"train": 20},
    ),
    "chase_db1": _entry(
        "CHASE_DB1",
        "https://researchdata.kingston.ac.uk/96",
        Layout("", ".jpg", "", "_1stHO.png"),
        counts={"train": 28},
    ),
    "hrf": _entry(
        "HRF",
        "https://www5.cs.fau.de/research/data/fundus-images",
        Layout("images", ".jpg", "manual1", ".tif"),
        counts={"train": 45},
    ),
}
