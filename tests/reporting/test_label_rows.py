"""Pseudo-labels by class, whatever thresholds their rule has."""

import pytest
from run_folders import CLASSES, labels

from mmseg_uda.reporting.label_rows import label_rows


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        (0.9, [0.9, 0.9, 0.9]),
        (None, [None, None, None]),
        ({"0": 0.9, "2": 0.5}, [0.9, None, 0.5]),
    ],
)
def test_thresholds__of_one_class_of_all_or_of_none(thresholds, expected):
    rows = label_rows(labels() | {"thresholds": thresholds})
    assert [row.threshold for row in rows] == expected
    assert [row.name for row in rows] == list(CLASSES)


def test_shares_and_weights():
    report = labels(road=3000, car=1000, **{CLASSES[2]: 0})
    by_class = {"road": {"mean": 0.75}}
    weights = {"by_objective": {"pseudo": {"decode": {"per_class": by_class}}}}
    road, car, bus = label_rows(report | {"weights": weights})
    assert [row.share for row in (road, car, bus)] == [0.75, 0.25, 0]
    assert road.weights == {"pseudo, decode": 0.75}
    assert car.weights == {}
    assert (bus.kept_share, bus.labelled) == (None, 0)
