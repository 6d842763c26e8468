"""Label ids that ToyCity draws and how they are written by each format."""

import numpy as np

#: Cityscapes labelIds by class name; the first 19 of these are the trainIds 0..18.
LABEL_IDS = {
    "road": 7,
    "sidewalk": 8,
    "building": 11,
    "wall": 12,
    "fence": 13,
    "pole": 17,
    "traffic light": 19,
    "traffic sign": 20,
    "vegetation": 21,
    "terrain": 22,
    "sky": 23,
    "person": 24,
    "rider": 25,
    "car": 26,
    "truck": 27,
    "bus": 28,
    "train": 31,
    "motorcycle": 32,
    "bicycle": 33,
    "ego vehicle": 1,
    "static": 4,
    "ground": 6,
    "parking": 9,
    "license plate": 34,
}
#: Names of the 19 classes, in trainId order.
CLASSES = tuple(LABEL_IDS)[:19]
#: Drawn, but no Cityscapes id of its own: paint on the road. SYNTHIA knows it as 22.
LANE_MARKING = 40
#: Instance number is kept above these bits of a drawn label value.
INSTANCE_SHIFT = 6
IGNORE = 255

_SYNTHIA_IDS = {
    "sky": 1,
    "building": 2,
    "road": 3,
    "sidewalk": 4,
    "fence": 5,
    "vegetation": 6,
    "pole": 7,
    "car": 8,
    "traffic sign": 9,
    "person": 10,
    "bicycle": 11,
    "motorcycle": 12,
    "parking": 13,
    "traffic light": 15,
    "rider": 17,
    "bus": 19,
    "wall": 21,
    "license plate": 8,
}


def _table(pairs: dict[int, int], default: int) -> np.ndarray:
    table = np.full(256, default, np.uint8)
    for key, value in pairs.items():
        table[key] = value
    return table


#: Look-up tables over drawn ids, each (256,) uint8.
TO_TRAIN_ID = _table(
    {LABEL_IDS[name]: i for i, name in enumerate(CLASSES)}
    | {LANE_MARKING: 0, LABEL_IDS["license plate"]: IGNORE},
    IGNORE,
)
TO_GTA5 = np.arange(256, dtype=np.uint8)
TO_GTA5[LANE_MARKING] = LABEL_IDS["road"]
#: The real labelIds image never holds a plate: those polygons have id -1.
TO_CITYSCAPES = TO_GTA5.copy()
TO_CITYSCAPES[LABEL_IDS["license plate"]] = LABEL_IDS["car"]
TO_SYNTHIA = _table(
    {LABEL_IDS[name]: raw for name, raw in _SYNTHIA_IDS.items()} | {LANE_MARKING: 22},
    0,
)
#: Raw SYNTHIA id to trainId, used only to count pixels of files already on disk.
SYNTHIA_TO_TRAIN_ID = _table(
    {raw: CLASSES.index(name) for name, raw in _SYNTHIA_IDS.items() if name in CLASSES},
    IGNORE,
)
#: Colour of each class in figures, (19, 3) uint8 RGB, as published with Cityscapes.
PALETTE = np.array(
    [
        (128, 64, 128), (244, 35, 232), (70, 70, 70), (102, 102, 156), (190, 153, 153),
        (153, 153, 153), (250, 170, 30), (220, 220, 0), (107, 142, 35), (152, 251, 152),
        (70, 130, 180), (220, 20, 60), (255, 0, 0), (0, 0, 142), (0, 0, 70),
        (0, 60, 100), (0, 80, 100), (0, 0, 230), (119, 11, 32),
    ],
    np.uint8,
)  # fmt: skip
