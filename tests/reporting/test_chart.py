"""Curves: fewer points, axes, groups."""

import math

import pytest
from run_folders import entries, write_stage

from mmseg_uda.reporting import read_run
from mmseg_uda.reporting.chart import HEIGHT, LEFT, TOP, WIDTH, chart, number, ticks
from mmseg_uda.reporting.curves import curve_groups, group_of
from mmseg_uda.reporting.thinned import thinned


@pytest.mark.parametrize("count", [4, 300, 301, 5000])
def test_thinned__keeps_ends_and_spikes(count):
    points = [(x, math.sin(x)) for x in range(count)]
    points[count // 3] = (count // 3, 99.0)
    points[count // 2] = (count // 2, -99.0)
    kept = thinned(points, most=300)
    assert len(kept) <= 300
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    assert {99.0, -99.0} <= {y for _, y in kept}
    assert kept == sorted(set(kept))
    assert set(kept) <= set(points)
    if count <= 300:
        assert kept == points


def test_thinned__shows_where_a_curve_breaks():
    points = [(x, float("nan") if x == 700 else 1.0) for x in range(1000)]
    assert [x for x, y in thinned(points) if y != y] == [700]
    with pytest.raises(ValueError, match="4 or more points, got 3"):
        thinned(points, most=3)


def test_ticks__are_round_and_inside():
    assert ticks(0, 500) == [0, 200, 400]  # by hand: 500 / 4 = 125, next round is 200
    assert ticks(0, 1) == [0, 0.25, 0.5, 0.75, 1.0]
    for low, high in ((0.0123, 0.0124), (-3, 70000), (1e-9, 2e-9)):
        found = ticks(low, high)
        assert 2 <= len(found) <= 5
        assert all(low - 1e-12 <= tick <= high + 1e-12 for tick in found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00048648, "4.865e-4"),
        (0.5, "0.5"),
        (33.5, "33.5"),
        (250000, "250,000"),
        (1e-5, "1e-5"),
        (math.nan, "not finite"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_chart__points_stand_as_they_are_and_land_inside():
    points = [(x, 2 + math.cos(x / 9)) for x in range(10, 200, 10)]
    made = chart("loss", "loss", points)
    (segment,) = made.segments
    pairs = [tuple(map(float, pair.split(","))) for pair in segment.split()]
    assert pairs == [(x, pytest.approx(y, rel=1e-4)) for x, y in points]
    a, _, _, d, e, f = map(float, made.transform[len("matrix(") : -1].split())
    for x, y in pairs:
        assert LEFT <= a * x + e <= WIDTH
        assert TOP - 1 <= d * y + f <= HEIGHT
    assert made.dots.count("M") == len(points)
    assert "lowest 1" in made.told


def test_chart__breaks_where_it_is_not_finite():
    points = [(1, 1.0), (2, 2.0), (3, math.inf), (4, 4.0)]
    made = chart("loss", "loss", points)
    assert made.segments == ["1,1 2,2", "4,4"]
    assert len(made.broken) == 1
    assert "not finite at 1 of 4" in made.told
    nothing = chart("loss", "loss", [(1, math.nan)])
    assert nothing.segments == []
    assert nothing.last == "not finite"


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e-12])
def test_chart__of_a_constant_has_an_axis(value):
    made = chart("x", "x", [(10, value), (20, value)])
    assert len(made.yticks) >= 2
    assert "inf" not in made.transform
    assert "nan" not in made.transform


def test_group_of__terms_by_objective():
    names = ["loss", "lr", "heads.lr", "pseudo.loss_aux", "pseudo.weight_aux", "time"]
    assert [group_of(name) for name in [*names, "else"]] == [
        "Total loss",
        "Learning rates",
        "Learning rates",
        "Objective pseudo",
        "Objective pseudo",
        "Time and memory",
        "Other",
    ]


def test_curve_groups__names_are_whole_or_under_what_they_lack(tmp_path):
    terms = {"heads.lr": 1.0, "pseudo.loss_aux": 1.0, "loss": 1.0}
    history = [{"iter": 10, "mIoU": 5.0, "IoU.a.b": 5.0}]
    write_stage(tmp_path / "run", "one", history, entries(3, **terms))
    groups = curve_groups(read_run(tmp_path / "run").stages[0])
    found = {group.title: [chart.short for chart in group.charts] for group in groups}
    assert found == {
        "Scores at validations": ["mIoU"],
        "Total loss": ["loss"],
        "Objective pseudo": ["loss_aux"],
        "Learning rates": ["heads.lr"],
        "IoU of every class at validations": ["a.b"],
    }
    assert [group.folded for group in groups] == [False] * 4 + [True]
