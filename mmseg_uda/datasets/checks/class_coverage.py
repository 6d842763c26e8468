"""Classes without a labelled pixel, told before anything is trained."""

from collections.abc import Sequence
from typing import Any

from .label_values import LabelValues


def no_labelled_pixel(dataset: Any, values: LabelValues) -> str | None:
    """Return the message for labels that hold no class at all, None if they do.

    Args:
        dataset: The data set; its samples have labels.
        values: What the labels that were decoded hold.
    """
    classes = dataset.metainfo["classes"]
    pixels = values.by_class(dataset.label_lut)[: len(classes)]
    if pixels.any() or _are_chosen(dataset):
        return None
    return _sentences(
        f"none of the {values.num_files} labels that were decoded has a pixel of a "
        f"class: all are ignored, the values found are {values.told()}",
        dataset.advise_on_values(values.values),
    )


def absent_classes(dataset: Any, values: LabelValues) -> list[str]:
    """Return the remarks about classes that have no pixel in the labels.

    Args:
        dataset: The data set; its samples have labels.
        values: What the labels that were decoded hold.
    """
    classes = tuple(dataset.metainfo["classes"])
    pixels = values.by_class(dataset.label_lut)
    absent = [name for name, n in zip(classes, pixels, strict=False) if not n]
    if _are_chosen(dataset) or not absent:
        return []
    known = [name for name in absent if name in dataset.lacks]
    remarks = []
    if known:
        remarks.append(f"this data set has no {', '.join(known)}")
    missing = [name for name in absent if name not in dataset.lacks]
    if missing:
        remarks.append(_told(dataset, values, missing, len(classes)))
    return remarks


def _told(
    dataset: Any, values: LabelValues, missing: Sequence[str], num_classes: int
) -> str:
    own = dataset.SUFFIXES_ARE_OPTIONS
    has = "have" if len(missing) > 1 else "has"
    names = ", ".join(f"'{name}'" for name in missing)
    few = values.num_files < len(dataset)
    where = f"the {values.num_files} " + ("labels decoded" if few else "labels")
    if few:
        where += f" (of {len(dataset)}; tools/check_data.py --full decodes all)"
    text = f"{'warning: ' if own else ''}{names} {has} no pixel in {where}"
    if not own:
        return text
    if num_classes - len(missing) == 1:
        text += ", so that there is one class alone to learn or to score"
    advice = dataset.advise_on_values(values.values)
    return _sentences(f"{text}. The values found are {values.told()}", advice) + (
        ""
        if advice
        else " If that should not be so, look at the classes and label_map."
    )


def _are_chosen(dataset: Any) -> bool:
    """Whether labels were chosen among predictions, whose report tells what is lost."""
    return set(dataset.metainfo["classes"]) <= set(dataset.lacks)


def _sentences(*parts: str) -> str:
    return ". ".join(part for part in parts if part) + "."
