import pytest
import torch

from mmseg_uda.pseudo_labels import GlobalThreshold, KeepAll
from mmseg_uda.registry import RULES

# Two classes, 1x4 pixels: p(class 1) = 0.05, 0.5, 0.9, 0.97.
P1 = torch.tensor([[0.05, 0.5, 0.9, 0.97]])
PROBS = torch.stack([1 - P1, P1])


def test_keep_all__is_argmax_of_every_pixel():
    labels = KeepAll().apply(PROBS)
    assert labels.dtype == torch.uint8
    assert labels.tolist() == [[0, 0, 1, 1]]
    assert KeepAll().thresholds() is None


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0.0, [0, 0, 1, 1]),
        (0.9, [0, 255, 1, 1]),  # 0.9 itself is kept
        (0.96, [255, 255, 255, 1]),
        (1.0, [255, 255, 255, 255]),
    ],
)
def test_global_threshold__by_hand(threshold, expected):
    rule = RULES.build(dict(type="GlobalThreshold", threshold=threshold))
    labels = rule.apply(PROBS)
    assert labels.dtype == torch.uint8
    assert labels.tolist() == [expected]
    assert rule.thresholds() == threshold


def test_global_threshold__default_is_the_papers_code():
    settings = {"type": "GlobalThreshold", "threshold": 0.9}
    assert GlobalThreshold().settings() == settings


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan"), "high"])
def test_global_threshold__refuses_what_is_no_probability(threshold):
    with pytest.raises(ValueError, match=r"in \[0, 1\], got"):
        GlobalThreshold(threshold)


@pytest.mark.parametrize("method", ["observe", "fit", "load_state_dict", "soft_labels"])
def test_rule_of_one_image__says_what_it_lacks(method):
    with pytest.raises(TypeError, match=rf"KeepAll\.{method} was called"):
        getattr(KeepAll(), method)(PROBS)
