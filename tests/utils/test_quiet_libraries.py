"""Warnings that nobody can act on are hidden, and no others."""

import warnings

import torch
from mmseg.models.utils import resize

from mmseg_uda.utils.quiet_libraries import quiet_libraries


def warned(act) -> list[str]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        quiet_libraries()
        act()
    return [str(one.message) for one in seen]


def test_quiet_libraries__resizing_with_corners_aligned():
    def act():
        resize(torch.zeros(1, 1, 5, 6), (9, 13), mode="bilinear", align_corners=True)
        warnings.warn("something else", stacklevel=1)

    assert warned(act) == ["something else"]


def test_quiet_libraries__two_classes():
    from mmseg.models.decode_heads import FCNHead

    def act():
        FCNHead(in_channels=4, channels=4, num_classes=2)

    assert warned(act) == []
