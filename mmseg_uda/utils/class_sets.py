"""Class sets of the field's benchmarks and the papers' column headings."""

#: Column headings of the papers' tables, by Cityscapes class name.
HEADINGS = {
    "road": "Road",
    "sidewalk": "SW",
    "building": "Build",
    "wall": "Wall",
    "fence": "Fence",
    "pole": "Pole",
    "traffic light": "TL",
    "traffic sign": "TS",
    "vegetation": "Veg",
    "terrain": "Terrain",
    "sky": "Sky",
    "person": "PR",
    "rider": "Rider",
    "car": "Car",
    "truck": "Truck",
    "bus": "Bus",
    "train": "Train",
    "motorcycle": "Motor",
    "bicycle": "Bike",
}

#: The 19 Cityscapes classes; the position is the trainId.
CITYSCAPES_CLASSES = tuple(HEADINGS)

#: Cityscapes classes that SYNTHIA has too.
SYNTHIA_16 = tuple(
    name for name in CITYSCAPES_CLASSES if name not in ("terrain", "truck", "train")
)

#: The same without the thin and rare wall, fence and pole ("mIoU*").
SYNTHIA_13 = tuple(name for name in SYNTHIA_16 if name not in ("wall", "fence", "pole"))

#: Named values of ``UDAIoUMetric(subsets=...)``.
SUBSET_PRESETS = {"synthia": {"mIoU16": SYNTHIA_16, "mIoU13": SYNTHIA_13}}
