"""Which classes shapes have that name theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .class_options import GivenClasses

_BACKGROUND = "background"


@dataclass
class NamedShapes:
    """Classes of shapes, and the options of a data set that goes with them.

    Attributes:
        classes: Names of the classes.
        options: Options of the data set.
        said: What was assumed.
    """

    classes: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def has_background(self) -> bool:
        """Whether what no shape covers has a class."""
        return _BACKGROUND in self.classes


def named_shapes(
    names: Sequence[str], given: GivenClasses | None, what: str, whole: bool = False
) -> NamedShapes:
    """Return the classes of shapes.

    Args:
        names: What shapes are called, in the order of the classes.
        given: What the user says of the classes; None: nothing.
        what: What names them, for the message.
        whole: Whether shapes are said to cover the images: what they do not is no
            class then, but unknown.

    Raises:
        ValueError: If there is no shape, or the user says values or colours, which
            there are none of.
    """
    names = tuple(dict.fromkeys(names))
    if not names:
        raise ValueError(f"{what} has no shape in any image: is it annotated yet?")
    if given and (given.values or given.colors):
        raise ValueError(
            f"{what} names its classes itself: --classes gives names alone, of "
            f"{', '.join(names)}"
        )
    own = tuple(name for name in names if name != "ignore")
    found = NamedShapes(given.names if given else own)
    if not (given or whole or found.has_background):
        found.classes = (_BACKGROUND, *own)
        found.said.append("what no shape covers is the class background")
    unknown = [name for name in names if name not in (*found.classes, "ignore")]
    if unknown:
        found.options["names"] = dict.fromkeys(unknown, "ignore")
        found.said.append(f"{', '.join(unknown)} is no class, and ignored (`names`)")
    return found


def of_empty(found: NamedShapes, empty: int) -> None:
    """Let images without a shape be background, if that is a class, or leave them out.

    Args:
        found: Takes the option, and what is said.
        empty: How many there are.
    """
    if not empty:
        return
    if found.has_background:
        found.options["unlabelled"] = "background"
        found.said.append(
            f"{empty} image(s) have no shape and count as background; "
            "`unlabelled='leave out'` if they are not labelled yet"
        )
    else:
        found.options["unlabelled"] = "leave out"
        found.said.append(
            f"{empty} image(s) have no shape and are left out, as there is no class "
            "background (`unlabelled`)"
        )


def of_bare(found: NamedShapes, kinds: Sequence[str]) -> None:
    """Leave out shapes that cover no pixels.

    Args:
        found: Takes the option, and what is said.
        kinds: The kind of each.
    """
    if kinds:
        found.options["bare"] = "leave out"
        found.said.append(
            f"{len(kinds)} shape(s) cover no pixels ({', '.join(sorted(set(kinds)))}) "
            "and are left out (`bare`)"
        )


def of_missing(found: NamedShapes, folder: Path, names: Sequence[str]) -> list[Path]:
    """Leave out images that an annotation file names and that are not there.

    Args:
        found: Takes the option, and what is said.
        folder: Where they should be.
        names: What they are called, relative to it.

    Returns:
        Those that are there.

    Raises:
        FileNotFoundError: If none is.
    """
    there = [folder / name for name in names if (folder / name).is_file()]
    if names and not there:
        raise FileNotFoundError(
            f"{folder} holds none of the {len(names)} image(s) that the annotations "
            f"name, such as {names[0]}: name their folder"
        )
    if len(there) < len(names):
        found.options["allow_missing"] = True
        first = next(name for name in names if not (folder / name).is_file())
        found.said.append(
            f"{len(names) - len(there)} image(s) that it names are not there, such as "
            f"{first}: they are left out"
        )
    return there
