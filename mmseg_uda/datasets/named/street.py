"""Street scenes with Cityscapes' classes."""

from .entry import Entry, Layout

_OWN_TERMS = "terms of its own, see the page"

#: Mapillary Vistas 1.2: id -> class, as the field evaluates it.
_MAPILLARY = {
    **dict.fromkeys((13, 24, 41), "road"),
    **dict.fromkeys((2, 15), "sidewalk"),
    17: "building",
    6: "wall",
    3: "fence",
    **dict.fromkeys((45, 47), "pole"),
    48: "traffic light",
    50: "traffic sign",
    30: "vegetation",
    29: "terrain",
    27: "sky",
    19: "person",
    **dict.fromkeys((20, 21, 22), "rider"),
    55: "car",
    61: "truck",
    54: "bus",
    58: "train",
    57: "motorcycle",
    52: "bicycle",
}
_MAPILLARY_IDS = {value: _MAPILLARY.get(value, "ignore") for value in range(66)}

STREET = {
    "acdc": Entry(
        title="ACDC",
        page="https://acdc.vision.ee.ethz.ch",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="rgb_anon",
                image_suffix="_rgb_anon.png",
                labels="gt",
                label_suffix="_gt_labelTrainIds.png",
                inner="{part}/{split}/",
            ),
        ),
        splits={"train": "train", "val": "val", "test": "test"},
        labelled=("train", "val"),
        parts={name: name for name in ("fog", "night", "rain", "snow")},
        counts={"train": 1600},
        server="trainIds",
    ),
    "dark_zurich": Entry(
        title="Dark Zurich",
        page="https://www.trace.ethz.ch/publications/2019/GCMA_UIoU",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="rgb_anon",
                image_suffix="_rgb_anon.png",
                labels="gt",
                label_suffix="_gt_labelTrainIds.png",
                inner="{split}/{part}/",
            ),
        ),
        splits={"train": "train", "val": "val", "test": "test"},
        labelled=("val",),
        parts={name: name for name in ("night", "twilight", "day")},
        default_part="night",
        counts={"train": 2416},
        server="trainIds",
    ),
    "nighttime_driving": Entry(
        title="Nighttime Driving",
        page="http://people.ee.ethz.ch/~daid/NightDriving",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="leftImg8bit/{split}/night",
                image_suffix="_leftImg8bit.png",
                labels="gtCoarse_daytime_trainvaltest/{split}/night",
                label_suffix="_gtCoarse_labelTrainIds.png",
            ),
        ),
        splits={"test": "test"},
        labelled=("test",),
    ),
    "bdd100k": Entry(
        title="BDD100K",
        page="https://www.vis.xyz/bdd100k",
        terms=_OWN_TERMS,
        layouts=(
            Layout("images/10k/{split}", ".jpg", "labels/sem_seg/masks/{split}"),
            Layout(
                "seg/images/{split}",
                ".jpg",
                "seg/labels/{split}",
                "_train_id.png",
            ),
        ),
        splits={"train": "train", "val": "val", "test": "test"},
        labelled=("train", "val"),
        counts={"train": 7000},
        server="trainIds",
    ),
    "mapillary": Entry(
        title="Mapillary Vistas 1.2",
        page="https://www.mapillary.com/dataset/vistas",
        terms=_OWN_TERMS,
        layouts=(Layout("{split}/images", ".jpg", "{split}/labels"),),
        splits={"train": "training", "val": "validation", "test": "testing"},
        labelled=("train", "val"),
        ids=_MAPILLARY_IDS,
        counts={"train": 18000},
    ),
    "idd": Entry(
        title="India Driving Dataset",
        page="https://idd.insaan.iiit.ac.in",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="leftImg8bit/{split}",
                image_suffix=("_leftImg8bit.png", "_leftImg8bit.jpg"),
                labels="gtFine/{split}",
                # made of the polygons by the authors' createLabels.py
                label_suffix="_gtFine_labelcsTrainIds.png",
            ),
        ),
        splits={"train": "train", "val": "val", "test": "test"},
        labelled=("train", "val"),
    ),
    "foggy_cityscapes": Entry(
        title="Foggy Cityscapes",
        page="https://www.cityscapes-dataset.com",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="leftImg8bit_foggy/{split}",
                image_suffix="_leftImg8bit_foggy_beta_{part}.png",
                labels="gtFine/{split}",
                label_suffix="_gtFine_labelIds.png",
            ),
        ),
        splits={"train": "train", "val": "val"},
        labelled=("train", "val"),
        parts={beta: beta for beta in ("0.005", "0.01", "0.02")},
        default_part="0.02",
        ids="labelIds",
        counts={"train": 2975, "val": 500},
    ),
    "cityscapes": Entry(
        title="Cityscapes",
        page="https://www.cityscapes-dataset.com",
        terms=_OWN_TERMS,
        layouts=(
            Layout(
                images="leftImg8bit/{split}",
                image_suffix="_leftImg8bit.png",
                labels="gtFine/{split}",
                label_suffix="_gtFine_labelIds.png",
            ),
        ),
        splits={"train": "train", "val": "val", "test": "test"},
        labelled=("train", "val"),
        ids="labelIds",
        counts={"train": 2975, "val": 500},
        server="labelIds",
    ),
    "synscapes": Entry(
        title="Synscapes",
        page="https://7dlabs.com/synscapes-overview",
        terms=_OWN_TERMS,
        layouts=(Layout("img/rgb-2k", ".png", "img/class"),),
        splits={"train": ""},
        labelled=("train",),
        ids="labelIds",
    ),
}
