"""Which class the values of label images are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mmseg_uda.datasets.label_maps import IGNORE
from mmseg_uda.utils.percent import percent

from .class_options import GivenClasses

_MOST = 64  # values that can be classes nobody has named
_SHOWN = 16  # values that a message lists
_OBJECTS = 16  # values from which on they may number objects
_BRIGHT = 100  # a value from which on 255 is one of several grays, not "no label"


@dataclass
class Meaning:
    """What the values of labels mean.

    Attributes:
        classes: Names of the classes.
        label_map: Class index by value; None: they are the same.
        encoding: What labels are, in words.
        said: What was assumed.
    """

    classes: tuple[str, ...]
    label_map: dict[int, int] | None
    encoding: str
    said: list[str] = field(default_factory=list)


def meaning_of(counts: Mapping[int, int], given: GivenClasses | None) -> Meaning:
    """Return what the values of label images mean.

    Args:
        counts: Pixels by value.
        given: What the user says of the classes; None: nothing.

    Raises:
        ValueError: If it cannot be told; it says what to add.
    """
    values = sorted(counts)
    if given is not None and given.values:
        return _as_said(values, counts, given)
    if given is not None:
        return _named(values, counts, given.names)
    return _unnamed(values, counts)


def _as_said(
    values: Sequence[int], counts: Mapping[int, int], given: GivenClasses
) -> Meaning:
    unknown = [v for v in values if v not in given.values and v != IGNORE]
    if given.other is not None:
        return _with_rest(values, counts, given)
    if unknown:
        raise ValueError(
            f"--classes does not say what {_told(unknown, counts)} is: add "
            f"{_to_name(unknown)}, or ignore=...{_objects(values)}"
        )
    _check_absent(values, counts, given)
    return Meaning(given.names, dict(given.values), "numbers, as --classes says")


def _with_rest(
    values: Sequence[int], counts: Mapping[int, int], given: GivenClasses
) -> Meaning:
    """Let all numbers that are not named be one class."""
    rest = [value for value in values if value not in given.values]
    if not rest:
        raise ValueError(
            f"--classes says that all other numbers are {given.other}, but the labels "
            f"hold none: {_told(values, counts)}"
        )
    share = percent(sum(counts[v] for v in rest) / sum(counts.values()))
    are = "ignored" if given.other == "ignore" else given.other
    said = [f"{len(rest)} other numbers ({share} of the pixels) are {are}"]
    encoding = "numbers, as --classes says"
    return Meaning(given.names, dict(given.values), encoding, said)


def _check_absent(
    values: Sequence[int], counts: Mapping[int, int], given: GivenClasses
) -> None:
    """Refuse to ignore 255 unasked where it must be a class that no value is of."""
    found = {given.values.get(value) for value in values}
    absent = [name for index, name in enumerate(given.names) if index not in found]
    if absent and IGNORE in values and IGNORE not in given.values:
        said = next(v for v, i in given.values.items() if given.names[i] == absent[0])
        raise ValueError(
            f"--classes says that {said} is {absent[0]}, but the labels hold "
            f"{_told(values, counts)}: if 255 is {absent[0]}, say {absent[0]}=255; if "
            "255 has no label, say ignore=255"
        )


def _named(
    values: Sequence[int], counts: Mapping[int, int], names: tuple[str, ...]
) -> Meaning:
    """Give the values to names in their order, where that is plain."""
    num, ids = len(names), [v for v in values if v != IGNORE]
    if num == 1:
        raise ValueError(
            f"--classes names one class, {names[0]}, and the labels hold "
            f"{_told(values, counts)}: name what it lies on, too, in the order of the "
            f"values, such as --classes background {names[0]}"
            f"{_objects(values, names[0])}"
        )
    if ids and ids[-1] < num and not (IGNORE in values and len(ids) == 1 < num):
        return Meaning(names, None, "class indices")
    found = ids if len(ids) == num else list(values)
    if len(found) == num:
        order = ", ".join(f"{v} {n}" for v, n in zip(found, names, strict=True))
        is_mask = found == [0, IGNORE]
        return Meaning(
            names,
            dict(zip(found, range(num), strict=True)),
            "masks of 0 and 255" if is_mask else "numbers",
            [f"the values are the classes in their order: {order}"],
        )
    if ids == list(range(num + 1)):
        label_map = {0: IGNORE, **{v: v - 1 for v in range(1, num + 1)}}
        return Meaning(names, label_map, "numbers from 1 on", ["0 is ignored"])
    raise ValueError(
        f"--classes names {num} classes, the labels hold {_told(values, counts)}: say "
        f"which is which, --classes {_to_name(values)}"
        f"{_objects(values, names[-1] if num == 2 else 'NAME')}"
    )


def _unnamed(values: Sequence[int], counts: Mapping[int, int]) -> Meaning:
    """Make up names for the values."""
    ids = [v for v in values if v != IGNORE]
    if not ids:
        raise ValueError("the labels hold the value 255 alone, which means ignore")
    if values == [0, IGNORE]:
        return Meaning(
            ("background", "foreground"),
            {0: 0, IGNORE: 1},
            "masks of 0 and 255",
            ["0 is the class background, 255 foreground: --classes names them"],
        )
    if len(values) == 1:
        raise ValueError(
            f"the labels hold the value {values[0]} alone: there is nothing to tell "
            "apart. Are these the labels?"
        )
    if len(values) > _MOST:
        raise ValueError(
            f"the labels hold {len(values)} values, {_told(values, counts)}: are they "
            "photographs? If they are classes, name them: --classes NAME=VALUE ..."
            f"{_objects(values)}"
        )
    if ids == list(range(len(ids))):
        names = ("background", "foreground") if len(ids) == 2 else _made_up(ids)
        said = [f"the values {_told(ids, counts)} are classes: --classes names them"]
        if IGNORE in values:
            said.append(f"255 ({_share(IGNORE, counts)}) is ignored")
        return Meaning(names, None, "class indices", said)
    is_gray = IGNORE in values and ids[-1] >= _BRIGHT
    found = list(values) if is_gray else ids
    label_map = {value: index for index, value in enumerate(found)}
    return Meaning(
        _made_up(found),
        label_map,
        "numbers",
        [
            f"the values {_told(found, counts)} are a class each: --classes NAME=VALUE "
            "... names them, and ignore=VALUE those that are none"
            f"{_objects(found)}"
        ],
    )


def _made_up(values: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"class_{value}" for value in values)


def _told(values: Sequence[int], counts: Mapping[int, int]) -> str:
    shown = [f"{value} ({_share(value, counts)})" for value in values[:_SHOWN]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _to_name(values: Sequence[int]) -> str:
    shown = [f"NAME={value}" for value in values[:_SHOWN]]
    return " ".join(shown + ["..."] * (len(values) > _SHOWN))


def _objects(values: Sequence[int], name: str = "NAME") -> str:
    """Say what to do if values that are many number the objects in an image."""
    if len(values) < _OBJECTS:
        return ""
    ground = values[0]
    return (
        f". If {ground} is the background and every other number is one object, say "
        f"--classes background={ground} {name}=other"
    )


def _share(value: int, counts: Mapping[int, int]) -> str:
    return percent(counts[value] / sum(counts.values()))
