"""YOLO's text files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from mmseg_uda.datasets.label_formats.name_lists import read_names
from mmseg_uda.datasets.label_formats.yolo_labels import read_shapes

from .class_options import GivenClasses
from .found import FoundLabels

_LISTS = ("classes.txt", "obj.names")
_LEVELS = 4  # folders above the labels in which names are looked for
_BACKGROUND = "background"


def find_yolo(
    found: FoundLabels, files: Sequence[Path], given: GivenClasses | None
) -> None:
    """Find out the classes of YOLO's text files.

    Args:
        found: Takes them, and how labels are read.
        files: The label files.
        given: What the user says of the classes, in the order of their numbers if no
            file names these; None: nothing.

    Raises:
        ValueError: If a file is none of YOLO for segmentation, if nothing names the
            classes, or the user says values or colours, which there are none of.
    """
    used = {number for path in files for _, number, _ in read_shapes(path)}
    if not used:
        raise ValueError(
            f"the {len(files)} text files in {files[0].parent} hold no shape: are the "
            "images annotated yet?"
        )
    if given and (given.values or given.colors):
        raise ValueError(
            "YOLO's files number their classes from 0 on: --classes gives names alone"
        )
    place, names = _names_near(files[0].parent)
    if place is None and given is None:
        raise ValueError(
            f"{files[0].parent} holds text files of YOLO with {_counted(used)}, and no "
            "data.yaml or classes.txt beside or above them says what these are called: "
            "--classes background NAME_OF_0 NAME_OF_1 ..."
        )
    if place is None:
        names = [name for name in given.names if name != _BACKGROUND]
    if max(used) >= len(names):
        raise ValueError(
            f"{place or '--classes'} names {len(names)} classes ({', '.join(names)}), "
            f"and the labels hold {_counted(used)}"
        )
    _take(found, names, given)
    named = place.name if place else "--classes"
    found.encoding = f"YOLO's outlines, named by {named}"


def _take(found: FoundLabels, names: Sequence[str], given: GivenClasses | None) -> None:
    classes = given.names if given else tuple(n for n in names if n != "ignore")
    if not given and _BACKGROUND not in classes:
        classes = (_BACKGROUND, *classes)
        found.said.append("what no shape covers is the class background")
    label_format: dict[str, Any] = {"type": "YoloLabels"}
    if tuple(names) != tuple(name for name in classes if name != _BACKGROUND):
        label_format["names"] = tuple(names)
    unknown = [name for name in names if name not in (*classes, "ignore")]
    if unknown:
        label_format["merge"] = dict.fromkeys(unknown, "ignore")
        found.said.append(f"{', '.join(unknown)} is no class, and ignored (`merge`)")
    found.classes = tuple(classes)
    found.dataset["label_format"] = label_format


def _names_near(labels: Path) -> tuple[Path | None, list[str]]:
    """Return the file beside or above labels that names the classes, and the names."""
    for folder in [labels, *labels.parents][:_LEVELS]:
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            names = _names_in(path)
            if names:
                return path, names
        for name in _LISTS:
            if (folder / name).is_file():
                return folder / name, read_names(folder / name)
    return None, []


def _names_in(path: Path) -> list[str]:
    """Return the names of a YAML file, a list or numbered; none of another file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return []
    names = content.get("names") if isinstance(content, dict) else None
    if isinstance(names, dict):
        numbers = sorted(names)
        if numbers != list(range(len(numbers))):
            return []
        names = [names[number] for number in numbers]
    return list(map(str, names)) if isinstance(names, list) else []


def _counted(used: set[int]) -> str:
    return "the numbers " + ", ".join(map(str, sorted(used)))
