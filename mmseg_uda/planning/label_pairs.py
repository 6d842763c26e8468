"""Which label belongs to which image."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from pathlib import Path, PurePath
from typing import Any

from mmseg_uda.datasets.folders import (
    IMAGE_SUFFIXES,
    PICTURE_SUFFIXES,
    as_tuple,
    is_one_folder,
)
from mmseg_uda.datasets.names.name_pairs import matching_prefixes, matching_tails
from mmseg_uda.datasets.names.pairing_advice import pairing_advice
from mmseg_uda.datasets.names.volumes import volume_advice
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.utils.wording import counted

from .options import below, one_or_all

_LABELS = (*PICTURE_SUFFIXES, ".json")
_PAIRED = 0.1  # of the files of a folder are pairs, at least
_TEXT = ".txt"  # of YOLO, where there is nothing else


def find_pairs(images: Path, labels: Path, said: list[str]) -> dict[str, Any]:
    """Return the options of :class:`LabelledFolder` by which files pair up.

    Args:
        images: Folder of images.
        labels: Folder of labels, which may be the same.
        said: Takes what was assumed.

    Raises:
        FileNotFoundError: If a folder holds nothing of its kind.
        ValueError: If names do not pair up.
    """
    one = is_one_folder(images, labels)
    root = Path(os.path.commonpath([images, labels]))
    options: dict[str, Any] = {
        "type": "LabelledFolder",
        "data_root": str(root),
        "image_dir": below(images, root),
        "label_dir": below(labels, root),
    }
    pictures = _files(images, PICTURE_SUFFIXES, () if one else [labels])
    if one:
        return options | _in_one_folder(images, pictures, said)
    others = _files(labels, _LABELS, [images], needed=False)
    others = others or _files(labels, (*_LABELS, _TEXT), [images])
    ends = _by_suffixes(pictures, others)
    if ends is None:
        ends = _by_prefixes(pictures, others)
    if ends is None:
        ends = _by_tails(images, labels, pictures, others)
    options |= ends.pop("options")
    if ends["left"]:
        options["allow_unpaired"] = True
        said.append(
            f"{counted(ends['pairs'], 'image')} with a label; without a partner, and "
            f"left out: {counted(ends['left'], 'file')} (`allow_unpaired`)"
        )
    said += _siblings(pictures, others, options)
    return options


def _siblings(
    images: Sequence[str], labels: Sequence[str], options: Mapping[str, Any]
) -> list[str]:
    """Say what to do where an image has further labels beside the one that is taken."""
    taken = _lower(as_tuple(options.get("label_suffix", ".png")))
    ends = _lower(as_tuple(options.get("image_suffix", IMAGE_SUFFIXES)))
    stems = {n[: -len(end)] for n in images for end in ends if n.lower().endswith(end)}
    left = [name for name in labels if not name.lower().endswith(taken)]
    more = [name for name in left if any(name[:i] in stems for i in range(len(name)))]
    if not more or 2 * len(more) < len(stems):
        return []
    return [
        f"labels are files that end in {' or '.join(taken)}. {len(more)} more "
        f"begin like images, such as {more[0]}, and are not read: if each is a class "
        "or an object of its own, say so with MaskFolder (docs/label_formats.md)"
    ]


def _lower(suffixes: Sequence[str]) -> tuple[str, ...]:
    return tuple(suffix.lower() for suffix in suffixes)


def _by_suffixes(images: Sequence[str], labels: Sequence[str]) -> dict | None:
    """Pair files whose names are equal but for the suffix."""
    stems = {str(PurePath(name).with_suffix("")) for name in images}
    known = {str(PurePath(name).with_suffix("")) for name in labels}
    both = stems & known
    if not both or 2 * len(both) < min(len(stems), len(known)):
        return None
    mine = _suffixes(n for n in images if stem_of(n) in both)
    theirs = _suffixes(n for n in labels if stem_of(n) in both)
    if ".json" in theirs:  # which LabelMe writes beside the images
        theirs = (".json",)
    options: dict[str, Any] = {}
    if not set(mine) <= set(IMAGE_SUFFIXES):
        options["image_suffix"] = one_or_all(mine)
    if theirs != (".png",):
        options["label_suffix"] = one_or_all(theirs)
    left = len(stems ^ known)
    return {"options": options, "pairs": len(both), "left": left}


def _by_prefixes(images: Sequence[str], labels: Sequence[str]) -> dict | None:
    """Pair files whose names are equal but for the beginning and the suffix."""
    if matching_tails(images, labels):
        return None
    prefixes = matching_prefixes(images, labels)
    if prefixes is None:
        return None
    bare = [
        [_without(prefix, n) for n in names if PurePath(n).name.startswith(prefix)]
        for names, prefix in zip((images, labels), prefixes, strict=True)
    ]
    ends = _by_suffixes(*bare)
    if ends is None:
        return None
    keys = ("image_prefix", "label_prefix")
    own = {key: prefix for key, prefix in zip(keys, prefixes, strict=True) if prefix}
    ends["options"] = own | ends["options"]
    return ends


def _without(prefix: str, name: str) -> str:
    path = PurePath(name)
    return str(path.with_name(path.name.removeprefix(prefix)))


def _by_tails(
    images: Path, labels: Path, pictures: Sequence[str], others: Sequence[str]
) -> dict:
    tails = matching_tails(pictures, others)
    if not tails:
        advice = pairing_advice(images, labels)
        raise ValueError(
            f"the names of {images} and {labels} do not pair up: {pictures[0]}, "
            f"{others[0]}. {advice or 'An image and its label need a common beginning'}"
        )
    best = tails[0]
    options = {"image_suffix": best.image, "label_suffix": best.label}
    return {"options": options, "pairs": best.pairs, "left": best.left}


def _in_one_folder(
    folder: Path, pictures: Sequence[str], said: list[str]
) -> dict[str, Any]:
    for suffix in (".json", _TEXT):
        own = {stem_of(name) for name in _files(folder, (suffix,), (), needed=False)}
        stems = {stem_of(name) for name in pictures}
        if own and 2 * len(own & stems) >= len(own):
            left = len(stems - own)
            if left:
                said.append(f"{left} images have no label, and are left out")
            unpaired = {"allow_unpaired": True} if left else {}
            return {"label_suffix": suffix, **unpaired}
    tails = matching_tails(pictures)
    if not tails or not _are_many(tails[0].pairs, len(pictures)):
        twins = _twin_folders(folder)
        advice = (
            f"Are these the images, and these the labels: {twins[0]} {twins[1]}?"
            if twins
            else "Are the labels elsewhere? Else put them into a folder of their own, "
            "or end their names alike, x.png and x_mask.png"
        )
        raise ValueError(
            f"images and labels are to lie in one folder, {folder}, but the names "
            f"there do not tell which is which. {advice}"
        )
    best = tails[0]
    said.append(f"images and labels lie in one folder: *{best.image} and *{best.label}")
    options = {"image_suffix": best.image, "label_suffix": best.label}
    return options | ({"allow_unpaired": True} if best.left else {})


def _are_many(pairs: int, files: int) -> bool:
    """Whether pairs are too many for names that are alike by chance."""
    return 2 * pairs == files or (pairs > 1 and pairs >= _PAIRED * files)


def _twin_folders(root: Path) -> tuple[Path, Path] | None:
    """Return two folders below one whose files have the same names, images first."""
    stems: dict[str, set[str]] = defaultdict(set)
    for folder, name in files_below(root):
        if name.lower().endswith((*_LABELS, _TEXT)):
            stems[folder].add(PurePath(name).stem)
    twins = [
        (first, second)
        for first, second in combinations(sorted(stems), 2)
        if 2 * len(stems[first] & stems[second]) > len(stems[first] | stems[second])
    ]
    if not twins:
        return None
    first, second = sorted(twins[0], key=lambda folder: "image" not in folder.lower())
    return root / first, root / second


def _files(
    root: Path, suffixes: Sequence[str], apart: Collection[Path], needed: bool = True
) -> list[str]:
    found = sorted(
        folder + name
        for folder, name in files_below(root, apart=apart)
        if name.lower().endswith(tuple(suffixes))
    )
    if not found and needed:
        if volumes := volume_advice(name for _, name in files_below(root)):
            raise FileNotFoundError(f"{root} holds no image, but {volumes}")
        raise FileNotFoundError(
            f"{root} holds no file that ends in {', '.join(suffixes)}"
        )
    return found


def stem_of(name: str) -> str:
    """Return a path without its suffix."""
    return str(PurePath(name).with_suffix(""))


def _suffixes(names: Any) -> tuple[str, ...]:
    return tuple(sorted({PurePath(name).suffix.lower() for name in names}))
