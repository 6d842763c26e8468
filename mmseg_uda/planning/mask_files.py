"""Layouts in which an image has several masks, a class or an object each."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from mmseg_uda.datasets.folders import PICTURE_SUFFIXES, is_one_folder
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.utils.wording import counted

from .class_options import GivenClasses
from .find_images import reading_options
from .found import FoundLabels
from .label_pairs import stem_of
from .options import below

_BACKGROUND = "background"
_IMAGES, _MASKS = "images", "masks"


def find_mask_files(
    images: Path, labels: Path, given: GivenClasses | None
) -> FoundLabels | None:
    """Find out how images with several masks are read.

    Args:
        images: Folder of the images.
        labels: Folder of their masks, which may be the same.
        given: What the user says of the classes; None: nothing.

    Returns:
        What was found: a folder an image with its masks in ``masks``, or a folder a
        class; None if it is neither.

    Raises:
        ValueError: If the user says values or colours, or names that do not fit.
    """
    if labels.is_file():
        return None
    if is_one_folder(images, labels):
        own = _with_own_folders(images)
        return None if own is None else _of_objects(images, own, given)
    found = _by_class(images, labels)
    return None if found is None else _of_classes(images, labels, *found, given)


def _with_own_folders(root: Path) -> list[str] | None:
    """Return images of which each has a folder, with its masks beside it.

    That is ``NAME/images/NAME.png`` and ``NAME/masks/*.png``.
    """
    own, masked = [], set()
    for folder, name in _pictures(root):
        parts = PurePath(folder).parts
        if len(parts) == 2 and parts[1] == _IMAGES and PurePath(name).stem == parts[0]:
            own.append(folder + name)
        elif len(parts) == 2 and parts[1] == _MASKS:
            masked.add(parts[0])
    with_masks = [name for name in own if PurePath(name).stem in masked]
    return own if with_masks and 2 * len(with_masks) > len(own) else None


def _of_objects(
    root: Path, own: Sequence[str], given: GivenClasses | None
) -> FoundLabels:
    _check_names_alone(given)
    classes = given.names if given else (_BACKGROUND, "foreground")
    if len(classes) != 2:
        raise ValueError(
            f"{root} has folders of masks, an object each: --classes names two "
            f"classes, what they lie on and what they are, got {', '.join(classes)}"
        )
    ground, thing = classes
    dataset: dict[str, Any] = {
        "type": "MaskFolder",
        "data_root": str(root),
        "image_dir": "",
        "masks": {thing: f"{{stem}}/{_MASKS}/*"},
    }
    if ground != _BACKGROUND:
        dataset["background"] = ground
    found = FoundLabels(dataset, encoding="masks, an object each", classes=classes)
    found.said.append(
        f"each image has a folder, with its masks: they are {thing}, the rest {ground}"
    )
    bare = [n for n in own if not _holds_pictures(root / n, _MASKS)]
    _say_bare(found, len(bare))
    found.dataset |= reading_options([root / name for name in own], found.said)
    return found


def _by_class(
    images: Path, labels: Path
) -> tuple[dict[str, set[str]], list[str]] | None:
    """Return images by folder of masks, and all images, if folders are classes."""
    own = [f + n for f, n in _pictures(images, labels)]
    stems = {stem_of(name) for name in own}
    classes: dict[str, set[str]] = defaultdict(set)
    for folder, name in _pictures(labels, images):
        path = stem_of(folder + name)
        if path in stems:
            return None
        first, _, rest = path.partition("/")
        if rest in stems:
            classes[first].add(rest)
    some = set().union(*classes.values())
    return (classes, own) if some and 2 * len(some) >= len(stems) else None


def _of_classes(
    images: Path,
    labels: Path,
    masked: dict[str, set[str]],
    own: Sequence[str],
    given: GivenClasses | None,
) -> FoundLabels:
    _check_names_alone(given)
    names = sorted(masked)
    classes = given.names if given else tuple(names)
    if not given and _BACKGROUND not in classes:
        classes = (_BACKGROUND, *classes)
    missing = [n for n in classes if n not in names and n != _BACKGROUND]
    if missing:
        raise ValueError(
            f"{labels} has a folder of masks a class, {', '.join(names)}: --classes "
            f"names {', '.join(missing)}, which is none of them"
        )
    root = Path(os.path.commonpath([images, labels]))
    inside = below(labels, root)
    masks = {}
    for name in [*(n for n in classes if n in names), *names]:
        pattern = str(PurePath(inside, name, "{name}.*"))
        if name in classes:
            masks[name] = pattern
        else:
            masks.setdefault("ignore", []).append(pattern)
    dataset = {
        "type": "MaskFolder",
        "data_root": str(root),
        "image_dir": below(images, root),
        "masks": masks,
    }
    found = FoundLabels(dataset, encoding="masks, a folder a class", classes=classes)
    shown = ", ".join(name for name in classes if name in masks)
    found.said.append(f"folders of masks are classes, later ones above others: {shown}")
    if "ignore" in masks:
        left = ", ".join(n for n in names if n not in classes)
        found.said.append(f"what {left} covers is no class, and ignored")
    some = set().union(*masked.values())
    _say_bare(found, sum(stem_of(name) not in some for name in own))
    found.dataset |= reading_options([images / name for name in own], found.said)
    return found


def _say_bare(found: FoundLabels, bare: int) -> None:
    """Let images without a mask be background, if that is a class."""
    if not bare:
        return
    ground = _BACKGROUND in found.classes or "background" in found.dataset
    found.dataset["unlabelled"] = "background" if ground else "leave out"
    are = "count as background" if ground else "are left out"
    found.said.append(f"{counted(bare, 'image')} without a mask {are} (`unlabelled`)")


def _check_names_alone(given: GivenClasses | None) -> None:
    if given and (given.values or given.colors):
        raise ValueError("every mask here is of one class: --classes gives names alone")


def _holds_pictures(image: Path, folder: str) -> bool:
    return any(_pictures(image.parents[1] / folder))


def _pictures(root: Path, apart: Path | None = None):
    """Yield folder and name of the pictures below a folder."""
    if not root.is_dir():
        return
    for folder, name in files_below(root, apart=() if apart is None else (apart,)):
        if name.lower().endswith(PICTURE_SUFFIXES):
            yield folder, name
