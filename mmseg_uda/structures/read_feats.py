"""A list of feature maps that remembers which of them were read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor


class ReadFeats(list):
    """Feature maps, given to a segmentation head to see which levels it reads.

    ``in_index`` does not tell: DeepLabV3+'s head names the last level there and reads
    the first one as well.

    Attributes:
        levels: Indices of the maps that were read, in the order of their first use.
    """

    def __init__(self, feats: Any) -> None:
        super().__init__(feats)
        self.levels: list[int] = []

    def __getitem__(self, index: Any) -> Tensor | list[Tensor]:
        picked = range(len(self))[index]
        self._note(picked if isinstance(picked, range) else [picked])
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[Tensor]:
        self._note(range(len(self)))
        return super().__iter__()

    def _note(self, indices: Any) -> None:
        self.levels += [i for i in indices if i not in self.levels]
