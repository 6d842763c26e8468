"""LabelMe's JSON files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from .class_options import GivenClasses
from .found import FoundLabels

_BACKGROUND = ("background", "_background_")


def is_labelme(path: Path) -> bool:
    """Whether a file is one of LabelMe."""
    return _shapes(path) is not None


def find_labelme(
    found: FoundLabels, files: Sequence[Path], given: GivenClasses | None
) -> None:
    """Find out the classes of LabelMe's files.

    Args:
        found: Takes them, and how labels are read.
        files: The label files.
        given: What the user says of the classes; None: nothing.

    Raises:
        ValueError: If the user says values or colours, which there are none of.
    """
    shapes = (shape for path in files for shape in _shapes(path) or ())
    counts = Counter(s["label"] for s in shapes if isinstance(s.get("label"), str))
    names = sorted(counts)
    if given and (given.values or given.colors):
        raise ValueError(
            "LabelMe's files name their classes themselves: --classes gives names "
            f"alone, of {', '.join(names)}"
        )
    classes = given.names if given else tuple(n for n in names if n != "ignore")
    label_format: dict = {"type": "LabelMeLabels"}
    if not given and not set(_BACKGROUND) & set(classes):
        classes = ("background", *classes)
        found.said.append("what no shape covers is the class background")
    unknown = [name for name in names if name not in (*classes, "ignore")]
    if unknown:
        label_format["names"] = dict.fromkeys(unknown, "ignore")
        found.said.append(f"{', '.join(unknown)} is no class, and ignored (`names`)")
    found.classes, found.encoding = classes, "LabelMe JSON"
    found.dataset["label_format"] = label_format


def _shapes(path: Path) -> list[Mapping] | None:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    shapes = content.get("shapes") if isinstance(content, dict) else None
    if not isinstance(shapes, list):
        return None
    return [shape for shape in shapes if isinstance(shape, Mapping)]
