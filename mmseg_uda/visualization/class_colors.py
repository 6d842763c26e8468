"""Names and colours of a config's classes."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmseg_uda.datasets.loader_config import main_dataset

_LOADERS = ("val_dataloader", "test_dataloader", "train_dataloader")
_GOLDEN = 0.618  # hues in these steps are far from each other
_GROUND = [96, 96, 96]  # so that what lies on it is seen
_GROUNDS = ("background", "_background_", "bg", "none", "void")


def ground_of(classes: Sequence[str]) -> int | None:
    """Return the class that others lie on: "background", or the first of two.

    None where there is no such class.
    """
    for index, name in enumerate(classes):
        if name.lower() in _GROUNDS:
            return index
    return 0 if len(classes) == 2 else None


def class_colors(cfg: Config, num_classes: int) -> tuple[list[str], list]:
    """Return class names and RGB triples by class id.

    They are those of the data set that the config evaluates with. Classes without
    known colours get some, always the same ones, and what others lie on is gray
    (:func:`ground_of`); without names, they are numbered.

    Args:
        cfg: Config of a model.
        num_classes: How many classes the model predicts.

    Raises:
        ValueError: If the data name another number of classes.
    """
    for loader in _LOADERS:
        dataset = main_dataset(cfg.get(loader))
        if "type" not in dataset:
            continue
        kind = dataset["type"]
        kind = DATASETS.get(kind) if isinstance(kind, str) else kind
        default = getattr(kind, "METAINFO", {})
        own = dataset.get("metainfo") or {}
        classes = list(own.get("classes") or default.get("classes") or ())
        if not classes:
            continue
        if len(classes) != num_classes:
            raise ValueError(
                f"the model predicts {num_classes} classes, {loader} names "
                f"{len(classes)}: {', '.join(classes)}. Set its dataset.metainfo, or "
                "num_classes of the heads."
            )
        if len(set(classes)) != len(classes):
            raise ValueError(f"{loader} names a class twice: {', '.join(classes)}")
        palette = own.get("palette") or _palette(classes, default)
        if len(palette) != len(classes):
            raise ValueError(
                f"{loader} names {len(classes)} classes and {len(palette)} colours: "
                "metainfo.palette has one for each, or is left out"
            )
        return classes, palette
    names = [str(number) for number in range(num_classes)]
    return names, _palette(names, {})


def _palette(classes: list[str], known: dict) -> list:
    pairs = zip(known.get("classes", ()), known.get("palette", ()), strict=False)
    colors = {name: list(color) for name, color in pairs}
    ground = None if colors.keys() & set(classes) else ground_of(classes)
    return [
        colors.get(name, _GROUND if index == ground else _invented(index))
        for index, name in enumerate(classes)
    ]


def _invented(index: int) -> list[int]:
    hue, value = index * _GOLDEN % 1, 0.95 - 0.25 * (index % 3)
    return [round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.75, value)]
