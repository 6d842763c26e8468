"""Giving every weight of a published checkpoint its name in mmseg's layout."""

import re
from dataclasses import dataclass

import torch
from torch import Tensor

from .names import heads_in, mmseg_name

# what some files carry beside the network that predicts
_SURPLUS = (
    (re.compile(r"fc\."), "dropped: an image classifier's last layer"),
    (re.compile(r"layer6_c\d+\."), "dropped: CrCDA's region classifiers only train"),
)
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True)
class Row:
    """What became of one key.

    Attributes:
        source: Name in the file, or None if it was added.
        name: Name in the result, or None if it was dropped.
        shape: Its shape.
        why: Why it was dropped, added or changed; empty if it was only renamed.
    """

    source: str | None
    name: str | None
    shape: tuple[int, ...]
    why: str = ""


def rename(weights: dict[str, Tensor]) -> tuple[list[Row], dict[str, Tensor]]:
    """Rename weights, and drop what is known to be of no use.

    Args:
        weights: Weights by name, without wrappers' prefixes.

    Returns:
        What became of each, and the weights by mmseg's names. A weight for which
        there is no place has a row with neither name nor reason.
    """
    heads, rows, renamed = heads_in(weights), [], {}
    for source, weight in weights.items():
        name = mmseg_name(source, heads)
        surplus = (why for known, why in _SURPLUS if known.match(source))
        why = "" if name else next(surplus, "")
        rows.append(Row(source, name, tuple(weight.shape), why))
        if name:
            renamed[name] = weight
    return rows, renamed


def missing_counters(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the zero batch counters that norms of old files lack.

    They say how often a running mean was updated and enter nothing that is computed.

    Args:
        weights: Weights by any names.
    """
    norms = [n[: -len("running_mean")] for n in weights if n.endswith("running_mean")]
    names = [f"{norm}{_COUNTER}" for norm in norms]
    return {name: torch.tensor(0) for name in names if name not in weights}


def without_place(rows: list[Row], known: set[str]) -> list[str]:
    """Return the sources that the network has no place for.

    Args:
        rows: As from :func:`rename`.
        known: Names that the network has, batch counters aside.
    """
    lost = []
    for row in rows:
        norm = row.source.removesuffix(_COUNTER)
        is_counter = norm != row.source and f"{norm}running_mean" in known
        if not row.why and row.source not in known and not is_counter:
            lost.append(row.source)
    return lost
