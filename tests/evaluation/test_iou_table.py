import numpy as np
import pytest

from mmseg_uda.evaluation import (
    CITYSCAPES_CLASSES,
    SYNTHIA_13,
    SYNTHIA_16,
    iou_table,
)
from mmseg_uda.utils.class_sets import HEADINGS

PAPER = [
    "Road",
    "SW",
    "Build",
    "Wall",
    "Fence",
    "Pole",
    "TL",
    "TS",
    "Veg",
    "Terrain",
    "Sky",
    "PR",
    "Rider",
    "Car",
    "Truck",
    "Bus",
    "Train",
    "Motor",
    "Bike",
]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_iou_table__has_the_papers_columns_in_order():
    table = iou_table(CITYSCAPES_CLASSES, np.arange(19.0), {"mIoU": 9.0}).splitlines()
    assert cells(table[1]) == [*PAPER, "mIoU"]
    assert cells(table[3]) == [f"{i:.2f}" for i in range(19)] + ["9.00"]


def test_iou_table__marks_absent_classes():
    scored = [CITYSCAPES_CLASSES.index(name) for name in SYNTHIA_16]
    means = {"mIoU": 1.0, "mIoU16": 2.0, "mIoU13": 3.0}
    table = iou_table(CITYSCAPES_CLASSES, np.ones(19), means, scored).splitlines()
    row = dict(zip(cells(table[1]), cells(table[3]), strict=True))
    assert [name for name, cell in row.items() if cell == "-"] == [
        "Terrain",
        "Truck",
        "Train",
    ]
    assert row["mIoU16"] == "2.00"


@pytest.mark.parametrize(
    ("classes", "shown"),
    [
        (("background", "building"), ["background", "building"]),
        (("road", "building"), ["road", "building"]),  # own ones, if of Cityscapes
        (SYNTHIA_13[::-1], [HEADINGS[name] for name in SYNTHIA_13[::-1]]),
    ],
)
def test_iou_table__own_classes_keep_their_names(classes, shown):
    table = iou_table(classes, np.ones(len(classes)), {"mIoU": 1.0}).splitlines()
    assert cells(table[1]) == [*shown, "mIoU"]
