"""AUROC and risk-coverage areas against independent references in float64."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from mmseg_uda.map_quality.bin_counts import BinCounts
from mmseg_uda.map_quality.ordered_bins import ordered_bins
from mmseg_uda.map_quality.ranking import Ranking

NUM = 4000


def drawn(kind, seed=0):
    """Scores (float32) and whether a pixel is wrong, more often where it is large."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(NUM) < 0.3
    scores = rng.normal(size=NUM) + wrong
    if kind == "tied":  # five values only
        scores = np.clip(np.round(scores), -1, 3)
    elif kind == "one value":
        scores = np.full(NUM, 0.25)
    elif kind == "many scales":  # 1e-7 to 10, as Lipschitz maps have
        scores = 10.0 ** (scores * 2 - 4)
    elif kind == "half zero":
        scores = np.maximum(scores, 0)
    return scores.astype(np.float32), wrong


KINDS = ["normal", "tied", "one value", "many scales", "half zero"]


def ranking_of(scores, wrong):
    counts = BinCounts(2)
    for part in np.array_split(np.arange(len(scores)), 7):
        groups = torch.from_numpy(wrong[part].astype(np.int64))
        counts.add(ordered_bins(torch.from_numpy(scores[part])), groups)
    _, table = counts.table()
    return Ranking(*table.T)


def naive_aurc(scores, wrong):
    """Mean risk over coverages; each tied pixel counts as its group's share of wrong.

    That is the mean over all orders of tied pixels, since the risk is linear in them.
    """
    shares = np.zeros(len(scores))
    for value in np.unique(scores):
        tied = scores == value
        shares[tied] = wrong[tied].mean()
    total = errors = 0.0
    for kept, index in enumerate(np.argsort(scores, kind="stable"), start=1):
        errors += shares[index]
        total += errors / kept
    return total / len(scores)


@pytest.mark.parametrize("kind", KINDS)
def test_auroc__is_sklearns(kind):
    scores, wrong = drawn(kind)
    expected = roc_auc_score(wrong, scores.astype(np.float64))
    assert ranking_of(scores, wrong).auroc == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_aurc__is_the_mean_risk_of_sorted_pixels(kind):
    scores, wrong = drawn(kind)
    found = ranking_of(scores, wrong)
    assert found.aurc == pytest.approx(naive_aurc(scores, wrong), abs=1e-4)
    perfect = naive_aurc(wrong.astype(float), wrong)
    assert found.excess_aurc == pytest.approx(found.aurc - perfect, abs=1e-9)


@pytest.mark.parametrize("kind", ["tied", "one value"])
def test_areas__are_exact_where_bins_hold_one_value(kind):
    scores, wrong = drawn(kind)
    found = ranking_of(scores, wrong)
    assert found.auroc == pytest.approx(roc_auc_score(wrong, scores), abs=1e-12)
    assert found.aurc == pytest.approx(naive_aurc(scores, wrong), abs=1e-12)


def test_areas__by_hand():
    # order: right, wrong, (right, wrong tied), right
    found = Ranking(np.array([1, 0, 1, 1]), np.array([0, 1, 1, 0]))
    # pairs wrong > right: first wrong beats 1 of 3; second beats 1, ties 1 -> 1.5
    assert found.auroc == pytest.approx((1 + 1.5) / 6)
    # risks: 0, 1/2, 1.5/3, 2/4, 2/5
    assert found.aurc == pytest.approx((0 + 0.5 + 0.5 + 0.5 + 0.4) / 5)
    # perfect: 0, 0, 0, 1/4, 2/5
    assert found.excess_aurc == pytest.approx((0.5 + 0.5 + 0.25) / 5)
    np.testing.assert_allclose(found.risks([0.2, 0.4, 1.0]), [0, 0.5, 0.4])
    assert found.error_rate == 0.4


@pytest.mark.parametrize(("sign", "auroc"), [(1, 1.0), (-1, 0.0)])
def test_auroc__of_the_perfect_order_and_its_reverse(sign, auroc):
    _, wrong = drawn("normal")
    found = ranking_of((sign * wrong).astype(np.float32), wrong)
    assert found.auroc == auroc
    if auroc:
        assert found.excess_aurc == pytest.approx(0, abs=1e-12)


def test_aurc__of_chance_is_the_error_rate():
    _, wrong = drawn("normal")
    found = ranking_of(np.zeros(NUM, np.float32), wrong)
    assert found.aurc == pytest.approx(wrong.mean())
    np.testing.assert_allclose(found.risks([0.1, 0.5, 1]), wrong.mean())


@pytest.mark.parametrize("factor", [1e-6, 2.0**-20, 1e6])
def test_areas__do_not_depend_on_the_scale(factor):
    scores, wrong = drawn("many scales")
    found = ranking_of(scores, wrong)
    scaled = ranking_of((scores * factor).astype(np.float32), wrong)
    assert scaled.auroc == pytest.approx(found.auroc, abs=1e-5)
    assert scaled.aurc == pytest.approx(found.aurc, abs=1e-5)
    squared = ranking_of(scores**2, wrong)
    assert squared.auroc == pytest.approx(found.auroc, abs=1e-4)


def test_resolution__bounds_what_bins_can_hide():
    scores, wrong = drawn("normal")
    found = ranking_of(scores, wrong)
    exact = roc_auc_score(wrong, scores)
    assert abs(found.auroc - exact) <= found.resolution < 1e-3


@pytest.mark.parametrize("wrong", [[0, 0], [2, 3]])
def test_auroc__of_one_kind_of_pixels_is_none(wrong):
    right = [0, 0] if any(wrong) else [1, 4]
    found = Ranking(np.array(right), np.array(wrong))
    assert found.auroc is None
    assert found.resolution is None
    assert found.aurc == (1 if any(wrong) else 0)


def test_ranking__of_nothing():
    found = Ranking(np.zeros(0, np.int64), np.zeros(0, np.int64))
    values = (found.auroc, found.aurc, found.excess_aurc, found.error_rate)
    assert {*values, found.risks([1.0])} == {None}


def test_ordered_bins__keep_the_order_and_are_fine_at_any_scale():
    values = torch.tensor([-3e38, -2.0, -1e-30, -0.0, 0.0, 1e-40, 1e-6, 2.0, 3e38])
    bins = ordered_bins(values)
    assert (bins.diff() >= 0).all()
    assert bins[3] == bins[4]
    assert len(bins.unique()) == len(values) - 1
    for value in (1e-6, 1.0, 10.0):
        near = torch.tensor([value, value * (1 + 1 / 2048)])
        assert ordered_bins(near).diff() > 0


def test_bin_counts__merged_on_the_way_or_at_the_end(monkeypatch):
    bins = torch.randint(-50, 50, (500,))
    groups = torch.randint(3, (500,))
    expected = np.zeros((100, 3), int)
    for value, group in zip(bins.tolist(), groups.tolist(), strict=True):
        expected[value + 50, group] += 1
    for waiting in (0, 60, 10**6):
        monkeypatch.setattr("mmseg_uda.map_quality.bin_counts._PENDING", waiting)
        counts = BinCounts(3)
        for start in range(0, 500, 100):
            part = slice(start, start + 100)
            counts.add(bins[part], groups[part])
        occur, table = counts.table()
        np.testing.assert_array_equal(table, expected[occur + 50])
        assert table.sum() == 500
