"""The classes as a command line names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mmseg_uda.datasets.label_maps import IGNORE

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_IGNORE = "ignore"
_OTHER = "other"


@dataclass(frozen=True)
class GivenClasses:
    """What ``--classes`` says.

    Attributes:
        names: Names of the classes, in their order; ``ignore`` is none.
        values: Class index, 255 for ``ignore``, by label value, if values are said.
        colors: Colours, ``"#rrggbb"``, by name, if colours are said.
        other: Name, or ``ignore``, of all other values or colours; None: these are
            errors.
    """

    names: tuple[str, ...]
    values: dict[int, int] = field(default_factory=dict)
    colors: dict[str, list[str]] = field(default_factory=dict)
    other: str | None = None


def parse_classes(words: Sequence[str]) -> GivenClasses:
    """Read ``--classes``: ``NAME ...``, ``NAME=VALUE ...`` or ``NAME=#RRGGBB ...``.

    A name may come several times, with other values or colours; ``ignore`` names those
    that do not count, ``NAME=other`` all that are not named.

    Args:
        words: The words behind the option; names in one word may be parted by commas.

    Raises:
        ValueError: If it mixes the three, or a value or colour is said twice.
    """
    items = [part.strip() for word in words for part in word.split(",") if part.strip()]
    pairs = [item.rpartition("=")[::2] if "=" in item else (item, "") for item in items]
    names = tuple(dict.fromkeys(name for name, _ in pairs if name != _IGNORE))
    if not names:
        raise ValueError("--classes names no class")
    other = [name for name, value in pairs if value == _OTHER]
    kinds = {_kind(value) for _, value in pairs if value != _OTHER}
    if len(kinds) != 1 or None in kinds or (other and kinds == {"name"}):
        raise ValueError(
            "--classes is NAME ..., or NAME=VALUE ... (whole numbers), or "
            "NAME=#RRGGBB ..., the latter two with one NAME=other for the rest; got "
            f"{' '.join(items)}"
        )
    if kinds == {"name"}:
        if len(names) < len(pairs):
            raise ValueError(f"--classes names one twice: {' '.join(items)}")
        return GivenClasses(names)
    twice = {value.lower() for _, value in pairs}
    if len(twice) < len(pairs):
        kind = "other" if len(other) > 1 else kinds.pop()
        raise ValueError(f"--classes says one {kind} twice: {' '.join(items)}")
    rest = other[0] if other else None
    pairs = [(name, value) for name, value in pairs if value != _OTHER]
    if kinds == {"value"}:
        index = {**{name: i for i, name in enumerate(names)}, _IGNORE: IGNORE}
        values = {int(value): index[name] for name, value in pairs}
        return GivenClasses(names, values, other=rest)
    colors: dict[str, list[str]] = {}
    for name, value in pairs:
        colors.setdefault(name, []).append(value.lower())
    return GivenClasses(names, colors=colors, other=rest)


def _kind(value: str) -> str | None:
    if not value:
        return "name"
    if value.isdigit():
        return "value"
    return "colour" if _HEX.fullmatch(value) else None
