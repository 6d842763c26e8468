"""What to do about images and labels whose names do not pair up."""

import os
import re
from collections.abc import Collection, Sequence
from itertools import takewhile
from pathlib import Path

from ..folders import PICTURE_SUFFIXES, is_one_folder
from .name_pairs import (
    Tails,
    matching_heads,
    matching_prefixes,
    matching_tails,
    near_miss,
)
from .strangers import find_strangers
from .walk_folder import files_below

_SHOWN = 3


def pairing_advice(
    image_root: str | Path,
    label_root: str | Path,
    num_pairs: int = 0,
    no_label: Sequence[str] | None = None,
    no_image: Sequence[str] | None = None,
    label_suffixes: Sequence[str] = (),
) -> str:
    """Return how the files of two folders would pair up; ``""`` if there is no way.

    Args:
        image_root: Image folder.
        label_root: Label folder, which may be the same one.
        num_pairs: How many files pair up as they are read now.
        no_label: Images that do not; None: it is not known.
        no_image: Labels that do not.
        label_suffixes: Ends of labels, as they are read now.
    """
    if not os.path.isdir(label_root):
        return _beside(image_root)
    images = _pictures(image_root, apart=[label_root])
    labels = None
    if not is_one_folder(image_root, label_root):
        labels = _pictures(label_root, apart=[image_root])
    if num_pairs and no_label:
        some = _about_some(images, labels or (), no_label, no_image, label_suffixes)
        if some:
            return some
    tails = matching_tails(images, labels)
    unknown = no_label is None or no_image is None
    left = None if unknown else len(no_label) + len(no_image)
    if tails and _is_better(tails[0], num_pairs, left):
        return _by_tails(tails)
    if labels is None:
        return ""
    return _by_names(*((images, labels) if unknown else (no_label, no_image)))


def _by_names(images: Sequence[str], labels: Sequence[str]) -> str:
    """Return what to do where no suffix pairs up the names; ``""``: not known."""
    if not (images and labels):
        return ""
    near = near_miss(images, labels)
    if near is not None:
        return (
            f"Their names differ {near[0]} ({near[1]}): give label and image the same "
            "path, but for the suffix."
        )
    prefixes = matching_prefixes(images, labels)
    if prefixes is not None:
        return (
            f"Their names begin differently ({images[0]} <-> {labels[0]}): set "
            f'image_prefix="{prefixes[0]}", label_prefix="{prefixes[1]}".'
        )
    heads = matching_heads(images, labels)
    if heads is not None:
        return (
            f"Their names begin differently ({heads[0]} <-> {heads[1]}), which no "
            "suffix or prefix can tell: rename the labels, or links to them, like the "
            "images."
        )
    return ""


def _about_some(
    images: Sequence[str],
    labels: Sequence[str],
    no_label: Sequence[str],
    no_image: Sequence[str] | None,
    label_suffixes: Sequence[str],
) -> str:
    """Return what to do about images without a label where others have theirs."""
    further = _further_ends(no_label, labels)
    if further:
        ends = ", ".join(f'"{end}"' for end in [*label_suffixes, *further])
        return f"Labels have several endings: set label_suffix=({ends})."
    end = "" if no_image else _end_of_all(no_label, images)
    return end and (
        f'All that end in "{end}" have none: if they are no images, set '
        f'skip_suffix="{end}"; or complete the folders, or leave them out by '
        "allow_unpaired=True."
    )


def _further_ends(images: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Return the suffixes of labels that all these images have, but for their own."""
    ends = {os.path.splitext(label)[0]: os.path.splitext(label)[1] for label in labels}
    stems = [os.path.splitext(image)[0] for image in images]
    return sorted({ends[s] for s in stems}) if all(s in ends for s in stems) else []


def _end_of_all(names: Sequence[str], images: Sequence[str]) -> str:
    """Return what these files end in, and no other; ``""``: nothing that tells."""
    columns = zip(*(name[::-1] for name in names), strict=False)
    equal = takewhile(lambda column: len({*column}) == 1, columns)
    end = "".join(column[0] for column in equal)[::-1]
    start = re.search(r"[\W_]", end)
    end = end[start.start() :] if start and len(names) > 1 else ""
    alone = sum(image.endswith(end) for image in images) == len(names)
    return end if end and alone else ""


def _beside(image_root: str | Path) -> str:
    """Return how labels that lie beside the images would be found."""
    images = _pictures(image_root, apart=[])
    paths = [Path(image_root, image) for image in images]
    strangers = find_strangers(paths, image_root)
    tails = matching_tails(images)
    masks = () if strangers is None else strangers.files
    tails = [t for t in tails if any(_is_label(name, t) for name in masks)]
    if not tails:
        return ""
    return (
        f"Do they lie among the images? Set label_dir to image_dir. {_by_tails(tails)}"
    )


def _is_label(name: str, tails: Tails) -> bool:
    """Whether a file is a label by the longer of two ends."""
    fits = [end for end in (tails.image, tails.label) if name.endswith(end)]
    return max(fits, key=len, default="") == tails.label


def _pictures(root: str | Path, apart: Collection[str | Path]) -> list[str]:
    if not os.path.isdir(root):
        return []
    apart = [folder for folder in apart if not is_one_folder(folder, root)]
    return [
        folder + name
        for folder, name in files_below(root, apart=apart)
        if name.lower().endswith(PICTURE_SUFFIXES)
    ]


def _is_better(tails: Tails, num_pairs: int, left: int | None) -> bool:
    """Whether other suffixes give more pairs, or as many and fewer files left."""
    if tails.pairs != num_pairs or left is None:
        return tails.pairs > num_pairs
    return tails.left < left


def _by_tails(tails: Sequence[Tails]) -> str:
    best = tails[0]
    others = [t.label for t in tails[1:] if t.image == best.image][: _SHOWN - 1]
    other = "".join(f' or "{label}"' for label in others)
    return (
        f'Their names pair up as "{best.image}" <-> "{best.label}" ({best.pairs} '
        f'pairs): set image_suffix="{best.image}", label_suffix="{best.label}"{other}.'
    )
