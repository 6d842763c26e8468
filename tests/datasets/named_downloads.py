"""Downloads of the data sets that are known by name, drawn as the table says."""

import numpy as np
from PIL import Image

from mmseg_uda.datasets.folders import as_tuple


def values(entry):
    """A label value of every class, as a label map of one row."""
    if entry.ids == "labelIds":
        return [7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33]
    if entry.ids == "trainIds":
        return list(range(19))
    first = {name: value for value, name in reversed(entry.ids.items())}
    return [first[name] for name in entry.classes]


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def draw(root, entry, split, part=None, layout=None, count=2, cell=(4, 1)):
    """Draw a download: the images of a split and a part, and their labels.

    A label has a cell of that height and width for each class.
    """
    layout = layout or entry.layout(root, split, part)
    row = np.array([values(entry)], np.uint8).repeat(cell[0], 0).repeat(cell[1], 1)
    image = np.zeros((*row.shape, 3), np.uint8)
    for folder in entry.inner_folders(layout, split, part) or [""]:
        below = f"{folder}GOPR/" if layout.inner else ""
        for index in range(count):
            stem = f"{below}{index + 1:02d}"
            ending = as_tuple(layout.image_suffix)[0]
            save(root / layout.images / f"{stem}{ending}", image)
            if layout.labels is not None and split in entry.labelled:
                label = (
                    root / layout.labels / f"{stem}{as_tuple(layout.label_suffix)[0]}"
                )
                save(label, row)
