"""Converting a published checkpoint to mmseg's names, key by key."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from mmengine.logging import print_log
from torch import Tensor

from .families import FAMILIES, candidates, check_family
from .input_images import TORCHVISION, convention_of
from .layout import Layout, recognise
from .names import heads_in, without_wrappers, wrapper_prefix
from .notes import about_branches, about_file, about_images
from .renaming import Row, missing_counters, rename, without_place
from .unused_branches import (
    FOUR,
    TWO,
    UNCLEAR,
    branches_trained,
    is_unused,
    without_unused,
)

_ON_REQUEST = "dropped: on request"
_ADDED = "added: older files lack it"
_MUTED = "set to zero: the published code never runs this branch"


@dataclass(frozen=True)
class Conversion:
    """A published checkpoint in mmseg's names.

    Attributes:
        layout: The network that was recognised.
        families: Names of the code bases that it can be of.
        weights: Weights by mmseg's names; complete.
        rows: What became of every key.
        notes: What the user should know, one sentence or more each.
        rgb: Whether it wants RGB images normalised as torchvision's.
    """

    layout: Layout
    families: tuple[str, ...]
    weights: dict[str, Tensor]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    rgb: bool


def to_mmseg_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Translate a trained DeepLab-v2 of the literature to mmseg's names.

    What :func:`convert` does, without a check that all is there. Branches that were
    never run are set to zero if the weights show it; this is logged, and so is a
    trunk that seems to want normalised RGB images. Other weights, such as mmseg's own,
    are returned as they are, without wrappers' prefixes.

    Args:
        weights: Weights by name.
    """
    weights = without_wrappers(weights)
    if not heads_in(weights):
        return weights
    rows, renamed = rename(weights)
    # a name without a place stays, so that loading says that it is unknown
    renamed |= {r.source: weights[r.source] for r in rows if not (r.name or r.why)}
    trained = branches_trained(renamed)
    if trained in (TWO, UNCLEAR):
        level = logging.INFO if trained == TWO else logging.WARNING
        print_log(about_branches(trained, None), "current", level)
    if convention_of(weights) == TORCHVISION:
        print_log(about_images(True, TORCHVISION)[0], "current", logging.WARNING)
    return without_unused(renamed) if trained == TWO else renamed


def convert(
    weights: dict[str, Tensor], family: str | None = None, drop: Sequence[str] = ()
) -> Conversion:
    """Convert the checkpoint of a code base of the literature.

    Args:
        weights: Weights by the names of the file.
        family: Key of :data:`FAMILIES`: where the file is from, as far as its keys
            leave that open. None tells it from the weights: branches that never ran
            still have their initial distribution, and images in 0..255 leave other
            statistics in the first norm layer than normalised ones.
        drop: Shell patterns of names in the file to leave out.

    Raises:
        ValueError: If the file is of no known kind or incomplete, holds weights that
            its network has no place for, or is not laid out as those of ``family``.
    """
    left_out = [name for name in weights if _matches(name, drop)]
    kept = {n: w for n, w in weights.items() if n not in left_out}
    prefix, kept = wrapper_prefix(kept), without_wrappers(kept)
    layout = recognise(kept)
    if family is not None:
        check_family(family, layout.pattern)
    rows, converted = rename(kept)
    _check_known(rows, layout, kept)
    added = missing_counters(converted)
    converted |= added
    trained = branches_trained(converted)
    if _runs_two(trained, family):
        converted = without_unused(converted)
        rows = [_muted(row) for row in rows]
    images = convention_of(kept)
    runs = {TWO: 2, FOUR: 4}.get(trained)
    sees_rgb = None if images is None else images == TORCHVISION
    families = (family,) if family else candidates(layout.pattern, runs, sees_rgb)
    rgb = all(FAMILIES[name].rgb for name in families)
    rows = [replace(row, source=f"{prefix}{row.source}") for row in rows]
    rows += [Row(n, None, tuple(weights[n].shape), _ON_REQUEST) for n in left_out]
    rows += [Row(None, name, (), _ADDED) for name in added]
    notes = about_file(prefix, layout) + about_images(rgb, images)
    if trained is not None:
        notes.append(about_branches(trained, family))
    return Conversion(layout, families, converted, tuple(rows), tuple(notes), rgb)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _check_known(rows: list[Row], layout: Layout, kept: dict[str, Tensor]) -> None:
    known = set(layout.trunk.names)
    for head in layout.heads:
        known |= set(head.names)
    lost = without_place(rows, known)
    if lost:
        listed = "\n    ".join(f"{n} {list(kept[n].shape)}" for n in lost[:30])
        more = f"\n    ... and {len(lost) - 30} more" if len(lost) > 30 else ""
        raise ValueError(
            f"the network of its heads has no place for {len(lost)} of its weights, so "
            f"it may be another network:\n    {listed}{more}\nIf predicting does not "
            "need them, leave them out by name with --drop 'PATTERN'."
        )


def _runs_two(trained: str | None, family: str | None) -> bool:
    if trained is None:
        return False
    return trained == TWO if family is None else FAMILIES[family].branches == 2


def _muted(row: Row) -> Row:
    if row.name is None or not is_unused(row.name):
        return row
    return replace(row, why=_MUTED)
