"""What every format of label files can tell."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..image_headers import read_header
from ..label_maps import IGNORE, identity_lut
from ..reading import Declared, orientation_of


class BaseLabelFormat(ABC):
    """How the label files of a data set say which class a pixel is.

    A subclass is a file of this folder, registered in ``LABEL_FORMATS``. The data set
    tells it its classes (:meth:`bind`) before anything is read.
    """

    #: How label files end, unless the data set says otherwise.
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    @property
    def has_numbers(self) -> bool:
        """Whether files hold numbers that the data set's ``label_map`` translates."""
        return False

    @property
    def unlisted(self) -> int | None:
        """Class index, or 255, of numbers that ``label_map`` does not name.

        None: they are errors.
        """
        return None

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:  # noqa: B027
        """Learn the classes of the data set.

        Args:
            root: Its folder.
            classes: Names by class index.
            palette: RGB triples by class index; empty if the data set names none.

        Raises:
            ValueError: If an option does not go with them.
        """

    @property
    def decides(self) -> str:
        """All that decides what :meth:`read` makes of a file, as text.

        Files that were decoded before are remembered by it, so it holds what
        :meth:`bind` has learnt, too, where that matters.
        """
        return repr(self)

    def lut(self, num_classes: int) -> np.ndarray:
        """Return the table from what :meth:`read` returns to class indices."""
        return identity_lut(num_classes)

    def check_lut(self, lut: np.ndarray) -> None:  # noqa: B027
        """Check that the data set's table goes with the options.

        Raises:
            ValueError: If it does not.
        """

    def declared(self, path: str | Path) -> Declared:
        """Return the size of a label, and how it is stored, without decoding it.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is damaged.
        """
        return read_header(path)

    def declared_of(self, sample: Mapping[str, Any]) -> Declared:
        """Do what :meth:`declared` does for the label of a sample."""
        return self.declared(sample["seg_map_path"])

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Do what :meth:`read` does for the label of a sample."""
        return self.read(sample["seg_map_path"], orientation_of(sample))

    @abstractmethod
    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return a label as ids (H, W), whole numbers, none of them negative.

        Args:
            path: Label file.
            orientation: See :class:`.ImageReader`.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is damaged, or says something that is no class.
        """

    def __repr__(self) -> str:
        names = inspect.signature(type(self)).parameters
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({told})"


def check_shown(orientation: str, path: str | Path, images: str = "image") -> None:
    """Check that outlines, which are drawn on what viewers show, are read so.

    Args:
        orientation: See :class:`.ImageReader`.
        path: The label, for the message.
        images: What it is drawn on: its image, or several.

    Raises:
        ValueError: If images are read as they are stored.
    """
    if orientation == "shown":
        return
    label, show = ("", "them") if images == "images" else ("the label ", "it")
    raise ValueError(
        f"{label}{path} is drawn on the {images} as viewers show {show}: leave out "
        "orientation='stored' of the data set"
    )


def check_merge(merge: Iterable[str], names: Collection[str], where: str) -> None:
    """Check that all names that are merged are those of a table.

    Raises:
        ValueError: If one is not.
    """
    missing = [name for name in merge if name not in names]
    if missing:
        raise ValueError(
            f"merge names {', '.join(missing)}, {where} has: {', '.join(names)}"
        )


def background_index(
    given: str | None, classes: Sequence[str], names: Sequence[str] = ("background",)
) -> int:
    """Return the class of what no shape covers.

    Args:
        given: What the user calls it; None: the first of ``names`` that is a class, 255
            if none is.
        classes: Names of the data set.
        names: What it is usually called.

    Raises:
        ValueError: If there is no such class.
    """
    if given is not None:
        return class_index(given, classes, "background")
    found = [list(classes).index(name) for name in names if name in classes]
    return found[0] if found else IGNORE


def class_index(name: str, classes: Sequence[str], where: str) -> int:
    """Return the index of a class by its name; ``'ignore'`` is 255.

    Args:
        name: What the user, or a file, calls it.
        classes: Names of the data set.
        where: What says so, for the message.

    Raises:
        ValueError: If there is no such class.
    """
    if name in classes:
        return list(classes).index(name)
    if name == "ignore":
        return IGNORE
    raise ValueError(
        f"{where} names the class '{name}', which is none of the data set's: "
        f"{', '.join(classes)}, or 'ignore'"
    )
