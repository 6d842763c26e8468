"""Images from above."""

from .entry import Entry, Layout

_LOVEDA = (
    "background",
    "building",
    "road",
    "water",
    "barren",
    "forest",
    "agriculture",
)
_ISPRS = (
    "impervious_surface",
    "building",
    "low_vegetation",
    "tree",
    "car",
    "clutter",
)
_ISPRS_COLORS = (
    (255, 255, 255),
    (0, 0, 255),
    (0, 255, 255),
    (0, 255, 0),
    (255, 255, 0),
    (255, 0, 0),
)


def _isprs(title: str) -> Entry:
    return Entry(
        title=title,
        page="https://www.isprs.org/education/benchmarks/UrbanSemLab",
        terms="terms of its own, see the page",
        # as mmseg's converter cuts and numbers it
        layouts=(Layout("img_dir/{split}", ".png", "ann_dir/{split}"),),
        splits={"train": "train", "val": "val"},
        labelled=("train", "val"),
        ids={0: "ignore", **dict(enumerate(_ISPRS, 1))},
        classes=_ISPRS,
        palette=_ISPRS_COLORS,
    )


AERIAL = {
    "loveda": Entry(
        title="LoveDA",
        page="https://github.com/Junjue-Wang/LoveDA",
        terms="CC BY-NC-SA 4.0",
        layouts=(
            Layout("{split}/{part}/images_png", ".png", "{split}/{part}/masks_png"),
        ),
        splits={"train": "Train", "val": "Val", "test": "Test"},
        labelled=("train", "val"),
        parts={"urban": "Urban", "rural": "Rural"},
        default_part="urban",
        ids={0: "ignore", **dict(enumerate(_LOVEDA, 1))},
        classes=_LOVEDA,
        palette=(),
        server="indices",
    ),
    "potsdam": _isprs("ISPRS Potsdam"),
    "vaihingen": _isprs("ISPRS Vaihingen"),
}
