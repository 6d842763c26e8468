"""Names of the files in a folder of region labels, and of what is made of them."""

from pathlib import Path

SETTINGS = "settings.json"
LABELS = "labels"
PARTS = "parts"
MONTAGE = "montage.png"
#: Written last: the labels are complete.
REPORT = "region_labels.json"

_PREFIX = "region_"


def grid_file(folder: Path, size: str, label_name: str) -> Path:
    """Return where the grid of a label file lies.

    Args:
        folder: Folder of region labels.
        size: Name of the size of the patches.
        label_name: Path of the label file below the label folder.
    """
    return folder / LABELS / size / Path(label_name).with_suffix(".png")


def region_name(size: str) -> str:
    """Return the name that objectives ask for labels of patches of a size by."""
    return f"{_PREFIX}{size}"
