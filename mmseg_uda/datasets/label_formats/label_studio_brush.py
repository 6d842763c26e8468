"""Label Studio's run lengths of brush strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BANDS = 4  # red, green, blue, alpha


def brush_bytes(rle: Sequence[int]) -> bytes:
    """Return the bytes that a JSON file lists as numbers.

    Raises:
        ValueError: If they are none.
    """
    try:
        return bytes(rle)
    except (TypeError, ValueError) as error:
        raise ValueError(f"its run lengths are no list of bytes ({error})") from error


def brush_mask(data: bytes, height: int, width: int) -> np.ndarray:
    """Return the pixels that a brush has painted at all, (H, W) bool.

    The bits are: how many words there are (32), their bits less one (5), four sizes
    less one (4 each); then for each run whether it repeats one word (1), which of the
    sizes its length has (2), the length less one, and one word or that many. Words are
    the bands of the pixels in turn, of which alpha counts.

    Args:
        data: What :func:`brush_bytes` returns.
        height: Height of the image.
        width: Its width.

    Raises:
        ValueError: If they are cut off, or of another size.
    """
    bits = _Bits(data)
    count, word = bits.number(32), bits.number(5) + 1
    sizes = [bits.number(4) + 1 for _ in range(4)]
    if count != height * width * _BANDS:
        raise ValueError(
            f"its run lengths are of {count / _BANDS:g} pixels, the image has "
            f"{height * width}"
        )
    words = np.empty(count, np.uint8 if word <= 8 else np.uint32)
    at = 0
    while at < count:
        repeats = bits.number(1)
        end = at + 1 + bits.number(sizes[bits.number(2)])
        if end > count:
            raise ValueError("its run lengths cover more than the image")
        words[at:end] = bits.words(1 if repeats else end - at, word)
        at = end
    return words.reshape(height, width, _BANDS)[..., -1] > 0


class _Bits:
    """Reads numbers of any bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self.bits = np.unpackbits(np.frombuffer(data, np.uint8))
        self.data = data
        self.at = 0

    def number(self, size: int) -> int:
        self._check(size)
        start, end = self.at, self.at + size
        chunk = int.from_bytes(self.data[start // 8 : -(-end // 8)], "big")
        self.at = end
        return chunk >> (-end % 8) & ((1 << size) - 1)

    def words(self, count: int, size: int) -> np.ndarray:
        self._check(count * size)
        start, self.at = self.at, self.at + count * size
        weights = 1 << np.arange(size, dtype=np.uint32)[::-1]
        return self.bits[start : self.at].reshape(count, size) @ weights

    def _check(self, size: int) -> None:
        if self.at + size > len(self.bits):
            raise ValueError("its run lengths are cut off")
