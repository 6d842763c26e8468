"""Means of weights and areas by class against plain loops."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from mmseg_uda.map_quality import ScoreStatistics

CLASSES = 3


def pixels(num=900):
    generator = torch.Generator().manual_seed(0)
    predicted = torch.randint(2, (num,), generator=generator)  # the last class: never
    wrong = torch.rand(num, generator=generator) < 0.1 + 0.4 * predicted
    scores = torch.rand(num, generator=generator) + wrong
    return scores, predicted, wrong.long()


def gathered(scores, predicted, wrong, parts=1):
    found = ScoreStatistics(CLASSES)
    for part in torch.arange(len(scores)).chunk(parts):
        groups = 2 * predicted[part] + wrong[part]
        found.add(scores[part], (-scores[part]).exp(), groups)
    return found.summary()


def check(summary, scores, wrong):
    scores, wrong = scores.double().numpy(), wrong.bool().numpy()
    weights = np.exp(-scores)
    assert summary["pixels"] == len(scores)
    assert summary["error_rate"] == pytest.approx(wrong.mean())
    expected = roc_auc_score(wrong, scores)
    assert summary["auroc"] == pytest.approx(expected, abs=1e-4)
    assert summary["mean"] == pytest.approx(scores.mean())
    for kind, mask in (("right", ~wrong), ("wrong", wrong)):
        assert summary["weight"][kind] == pytest.approx(weights[mask].mean())
        below = (weights[mask] < 0.5).mean()
        assert summary["weight_below_half"][kind] == pytest.approx(below)


def test_summary__overall_and_by_predicted_class():
    scores, predicted, wrong = pixels()
    summary = gathered(scores, predicted, wrong)
    check(summary, scores, wrong)
    for index in (0, 1):
        mine = predicted == index
        check(summary["classes"][index], scores[mine], wrong[mine])


def test_summary__of_a_class_that_is_never_predicted():
    summary = gathered(*pixels())["classes"][2]
    assert summary["pixels"] == 0
    for key in ("error_rate", "auroc", "aurc", "excess_aurc", "mean"):
        assert summary[key] is None
    assert summary["weight"] == dict(right=None, wrong=None)


def test_summary__does_not_depend_on_how_pixels_come():
    scores, predicted, wrong = pixels()
    once = gathered(scores, predicted, wrong)
    order = torch.randperm(len(scores))
    other = gathered(scores[order], predicted[order], wrong[order], parts=5)
    assert once["mean"] == pytest.approx(other.pop("mean"))
    for key in ("auroc", "aurc", "excess_aurc", "risks", "pixels"):
        assert once[key] == other[key]


def test_summary__risks_end_at_the_error_rate():
    scores, predicted, wrong = pixels()
    risks = gathered(scores, predicted, wrong)["risks"]
    assert len(risks) == 100
    assert risks[-1] == pytest.approx(wrong.double().mean().item(), abs=1e-6)
    # right pixels score in [0, 1), wrong ones in [0, 1) + 1: the first are right
    assert risks[0] == 0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_add__refuses_what_is_not_finite(bad):
    with pytest.raises(ValueError, match="NaN or infinite"):
        gathered(torch.tensor([0.5, bad]), torch.tensor([0, 1]), torch.tensor([0, 1]))
