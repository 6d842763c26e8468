"""Sums of a weight per pixel, by class."""

import numpy as np
import pytest
import torch

from mmseg_uda.models.objectives import WeightSums
from mmseg_uda.models.objectives.weight_sums import does_nothing, summary


def naive(weight, labels, num_classes):
    """Mean and shares of each class by loops in Python's numbers."""
    found = {}
    for c in range(num_classes):
        pairs = zip(weight.flatten().tolist(), labels.flatten().tolist(), strict=True)
        own = [w for w, label in pairs if label == c]
        if own:
            found[str(c)] = {
                "pixels": len(own),
                "mean": sum(own) / len(own),
                "below_half_share": sum(w < 0.5 for w in own) / len(own),
                "nearly_one_share": sum(0.995 <= w <= 1.005 for w in own) / len(own),
            }
    return found


def test_weight_sums__as_loops_over_pixels():
    torch.manual_seed(0)
    sums, parts = WeightSums(), []
    for _ in range(3):
        weight = torch.rand(2, 6, 7).pow(0.01)
        weight[torch.rand_like(weight) < 0.3] /= 3
        labels = torch.randint(0, 4, weight.shape)
        labels[labels == 2] = 255
        sums.add(weight, labels)
        parts.append((weight, labels))
    weight, labels = (torch.cat(part) for part in zip(*parts, strict=True))
    got = summary(sums.take().numpy())
    expected = naive(weight.double(), labels, 4)
    assert list(got["per_class"]) == ["0", "1", "3"]
    for name, numbers in expected.items():
        assert got["per_class"][name] == pytest.approx(numbers, rel=1e-12)
    counted = weight[labels != 255].double()
    assert got["pixels"] == counted.numel()
    assert got["mean"] == pytest.approx(counted.mean().item(), rel=1e-12)


def test_weight_sums__by_hand():
    # labels 0 0 1 255: mean of 0 is (1 + 0.25) / 2, one of its two is below half
    sums = WeightSums()
    labels = torch.tensor([[[0, 0], [1, 255]]])
    sums.add(torch.tensor([[[1.0, 0.25], [0.5, 0.0]]]), labels)
    got = summary(sums.take().numpy(), classes=["road", "sky"])
    assert got["per_class"]["road"]["mean"] == 0.625
    assert got["per_class"]["road"]["below_half_share"] == 0.5
    assert got["per_class"]["sky"]["below_half_share"] == 0  # 0.5 is not below 0.5
    assert (got["pixels"], got["nearly_one_share"]) == (3, 1 / 3)


def test_weight_sums__half_precision_and_no_labels():
    sums = WeightSums()
    sums.add(torch.full((1, 300, 300), 0.25, dtype=torch.float16))
    sums.add(torch.full((1, 300, 300), 0.75, dtype=torch.bfloat16))
    got = summary(sums.take().numpy())
    assert (got["mean"], got["below_half_share"], got["pixels"]) == (0.5, 0.5, 180000)


def test_weight_sums__taken_once():
    sums = WeightSums()
    sums.add(torch.ones(1, 2, 2))
    sums.take()
    empty = summary(sums.take().numpy())
    assert empty["mean"] is None
    assert empty["per_class"] == {}
    assert not does_nothing(empty)


def test_does_nothing__all_but_one_pixel_in_a_thousand():
    sums = np.zeros((4, 256))
    sums[:, 0] = 10000, 9998, 10, 9990
    assert does_nothing(summary(sums))
    sums[3, 0] = 9989
    assert not does_nothing(summary(sums))
