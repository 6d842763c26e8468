"""Which raw values the label files of a data set hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from ..label_maps import IGNORE, OUTSIDE, known_ids

_COUNTED = 1 << 16  # up to here counting by index is cheaper than sorting
_SHOWN = 6


def count_ids(ids: np.ndarray) -> dict[int, int]:
    """Return the pixels of a label file by raw value.

    Args:
        ids: Raw ids (H, W), none negative.
    """
    if ids.dtype == np.uint8 or ids.max(initial=0) < _COUNTED:
        counts = np.bincount(ids.ravel())
        values = np.flatnonzero(counts)
        return dict(zip(values.tolist(), counts[values].tolist(), strict=True))
    values, counts = np.unique(ids, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


class LabelValues:
    """The raw values of several label files.

    Args:
        files: File and its pixels by raw value.

    Attributes:
        pixels: Pixels by raw value.
        files: The files that hold a value.
        num_files: Number of files.
    """

    def __init__(self, files: Iterable[tuple[str, dict[int, int]]]) -> None:
        self.pixels: Counter[int] = Counter()
        self.files: dict[int, list[str]] = defaultdict(list)
        self.num_files = 0
        for file, counts in files:
            self.num_files += 1
            self.pixels.update(counts)
            for value in counts:
                self.files[value].append(file)

    @property
    def values(self) -> list[int]:
        """The values that occur, sorted."""
        return sorted(self.pixels)

    def by_class(self, lut: np.ndarray) -> np.ndarray:
        """Return the pixels by class index, (256,); those outside of the table not."""
        counts = np.zeros(IGNORE + 1, dtype=np.int64)
        for value, pixels in self.pixels.items():
            if value < len(lut) and lut[value] != OUTSIDE:
                counts[lut[value]] += pixels
        return counts

    def outside(self, lut: np.ndarray) -> list[int]:
        """Return the values that a table does not define."""
        return [v for v in self.values if v >= len(lut) or lut[v] == OUTSIDE]

    def outside_text(self, lut: np.ndarray, advice: str) -> str:
        """Return the message for values that a table does not define.

        Args:
            lut: The table.
            advice: What to do about them.
        """
        outside = self.outside(lut)
        files = sorted({file for value in outside for file in self.files[value]})
        more = len(files) - 1
        others = f" and {more} more of {self.num_files} labels" if more else ""
        return (
            f"label value(s) {_some(outside)} in {files[0]}{others} are outside of the "
            f"label map (known: {known_ids(lut)}). {advice}"
        )

    def told(self) -> str:
        """Return the values with their shares of pixels: ``'0 (90%), 1 (10%)'``."""
        if len(self.pixels) > _SHOWN:
            return _some(self.values, 2 * _SHOWN)
        whole = sum(self.pixels.values())
        shares = [f"{v} ({100 * self.pixels[v] / whole:.3g}%)" for v in self.values]
        return ", ".join(shares)


def _some(values: Sequence[int], limit: int = 10) -> str:
    return ", ".join(map(str, values[:limit])) + ", ..." * (len(values) > limit)
