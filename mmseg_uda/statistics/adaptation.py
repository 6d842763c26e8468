"""What adapting batch norms has done."""

from __future__ import annotations

from typing import NamedTuple

from .movement import Movement


class Adaptation(NamedTuple):
    """What has become of the batch norms of a network.

    Attributes:
        moved: How far each layer has moved.
        kept: Names of those that keep what they had, as they did not run or were given
            a single value.
        warnings: What is doubtful about that, in sentences: layers that keep what they
            had, and images that say little.
    """

    moved: list[Movement]
    kept: list[str]
    warnings: list[str]
