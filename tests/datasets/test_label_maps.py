"""Every raw id of every data set, against the published tables typed in here."""

import numpy as np
import pytest

from mmseg_uda.datasets import label_maps as lm

# Cityscapes labelId -> trainId, as published (raw ids 0..33; the rest is ignored).
CITYSCAPES = {7: 0, 8: 1, 11: 2, 12: 3, 13: 4, 17: 5, 19: 6, 20: 7, 21: 8, 22: 9}
CITYSCAPES |= {23: 10, 24: 11, 25: 12, 26: 13, 27: 14, 28: 15, 31: 16, 32: 17, 33: 18}
# SYNTHIA id -> trainId; 0, 13, 14 and 22 are ignored.
SYNTHIA = {3: 0, 4: 1, 2: 2, 21: 3, 5: 4, 7: 5, 15: 6, 9: 7, 6: 8, 16: 9, 1: 10}
SYNTHIA |= {10: 11, 17: 12, 8: 13, 18: 14, 19: 15, 20: 16, 12: 17, 11: 18}
# trainId -> contiguous id of the 16-class protocol.
SIXTEEN = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 10: 9, 11: 10}
SIXTEEN |= {12: 11, 13: 12, 15: 13, 17: 14, 18: 15}


def expected(table, valid):
    return [table.get(i, 255) if i in valid else -1 for i in range(256)]


@pytest.mark.parametrize(
    ("lut", "table", "valid"),
    [
        (lm.cityscapes_lut(), CITYSCAPES, {*range(34), 255}),
        (lm.gta5_lut(), CITYSCAPES, {*range(35)}),
        (lm.synthia_lut(), SYNTHIA, {*range(23)}),
        (lm.synthia_lut("road"), SYNTHIA | {22: 0}, {*range(23)}),
        (lm.identity_lut(19), {i: i for i in range(19)}, {*range(19), 255}),
        (lm.custom_lut({0: 0, 255: 1}, 2), {0: 0, 255: 1}, {0, 255}),
        (lm.custom_lut({"3": 1, 9: 255}, 2), {3: 1}, {3, 9, 255}),
    ],
)
def test_lut__every_raw_id(lut, table, valid):
    assert lut.tolist() == expected(table, valid)


@pytest.mark.parametrize(
    ("lut", "table", "valid"),
    [
        (lm.synthia_lut(), SYNTHIA, {*range(23)}),
        (lm.cityscapes_lut(), CITYSCAPES, {*range(34), 255}),
        (lm.gta5_lut(), CITYSCAPES, {*range(35)}),
    ],
)
def test_restrict_lut__sixteen_classes(lut, table, valid):
    sixteen = {raw: SIXTEEN.get(train, 255) for raw, train in table.items()}
    assert lm.restrict_lut(lut, lm.SYNTHIA_16).tolist() == expected(sixteen, valid)


def test_synthia_16_and_13__are_the_published_ids():
    ids = [lm.CITYSCAPES_CLASSES.index(name) for name in lm.SYNTHIA_16]
    assert ids == sorted(SIXTEEN)
    in_sixteen = [lm.SYNTHIA_16.index(name) for name in lm.SYNTHIA_13]
    assert in_sixteen == [0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]


def test_restrict_lut__other_order():
    lut = lm.restrict_lut(lm.gta5_lut(), ["car", "road"])
    assert (lut[26], lut[7], lut[8], lut[35]) == (0, 1, 255, -1)


def test_known_ids__names_runs():
    assert lm.known_ids(lm.cityscapes_lut()) == "0-33, 255"


def test_custom_lut__ids_above_255():
    assert lm.custom_lut({1000: 1}, 2)[1000] == 1
    assert lm.custom_lut({1000: 1}, 2).dtype == np.int16


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: lm.synthia_lut("raod"), "'ignore' or 'road', got 'raod'"),
        (lambda: lm.custom_lut({1: 2}, 2), "sends 1 to 2, but the 2 classes"),
        (lambda: lm.custom_lut({-1: 0}, 2), r"\[0, 65535\], got -1"),
        (lambda: lm.restrict_lut(lm.gta5_lut(), ["road", "tram"]), "got tram"),
        (lambda: lm.restrict_lut(lm.gta5_lut(), ["road", "road"]), "distinct"),
    ],
)
def test_label_maps__wrong_input(call, match):
    with pytest.raises(ValueError, match=match):
        call()
