"""Shares in percent as people write them."""

import pytest

from mmseg_uda.utils.percent import percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1, "100 %"),
        (0.9996, "100 %"),
        (0.997, "99.7 %"),
        (0.941, "94 %"),
        (0.0623, "6.2 %"),
        (0.000012, "0.0012 %"),
        (1e-7, "< 0.001 %"),
        (0, "0 %"),
    ],
)
def test_percent__has_no_powers_of_ten(share, text):
    assert percent(share) == text
