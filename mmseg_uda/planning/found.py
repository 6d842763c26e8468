"""What was found in a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Shares = dict[str, float]


@dataclass
class FoundImages:
    """A folder of images.

    Attributes:
        dataset: Config of a data set that reads it, without pipeline and classes.
        paths: The images.
        sizes: Their widths and heights, in the same order.
        kinds: Number of images by what a file is: ``"JPEG, 8 bit, 3 bands"``.
        said: What was found and assumed, a sentence each.
    """

    dataset: dict[str, Any]
    paths: list[str] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@dataclass
class FoundLabels(FoundImages):
    """A folder of images, and their labels.

    Attributes:
        encoding: What the labels are, in words.
        classes: Names of the classes.
        palette: Their colours, if the labels have some.
        shares: Share of the labelled pixels by class, of what was decoded.
    """

    encoding: str = ""
    classes: tuple[str, ...] = ()
    palette: list[list[int]] = field(default_factory=list)
    shares: Shares = field(default_factory=dict)
