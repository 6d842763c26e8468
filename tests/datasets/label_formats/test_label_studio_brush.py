"""Run lengths of Label Studio, worked out by hand; its own are in tests/label_tools."""

import numpy as np
import pytest

from mmseg_uda.datasets.label_formats.label_studio_brush import brush_mask

# 8 words (2 pixels of 4 bands) of 8 bits; lengths have 3, 4, 8 or 16 bits
HEAD = f"{8:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
SAME = "1" + "00" + "011" + "00000000"  # four words, all 0
EACH = "0" + "00" + "011" + "00000000" * 3 + "11111111"  # four words: 0, 0, 0, 255


def as_bytes(bits):
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (SAME + EACH, [[False, True]]),
        (EACH + SAME, [[True, False]]),
        ("1" + "10" + "00000111" + "00000001", [[True, True]]),  # eight words, all 1
    ],
)
def test_brush__alpha_of_each_pixel(bits, expected):
    data = as_bytes(HEAD + bits)
    assert np.array_equal(brush_mask(data, 1, 2), expected)
    assert np.array_equal(brush_mask(data, 2, 1), np.transpose(expected))


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        (HEAD[:20], "cut off"),
        (HEAD + SAME, "cut off"),
        (HEAD + EACH[:20], "cut off"),
        (HEAD + SAME + "1" + "00" + "111" + "00000000", "more than the image"),
        (f"{12:032b}" + HEAD[32:] + SAME, "are of 3 pixels, the image has 2"),
    ],
)
def test_brush__damaged(bits, said):
    with pytest.raises(ValueError, match=said):
        brush_mask(as_bytes(bits), 1, 2)
