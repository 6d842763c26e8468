"""FDA's and BDL's rule against a naive implementation of its definition."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from pseudo_label_toys import (
    NUM_CLASSES,
    PIPELINE,
    ToyModel,
    folder_hashes,
    write_images,
)

from mmseg_uda.pseudo_labels import ClassQuantile, ImageFiles, generate_pseudo_labels
from mmseg_uda.registry import RULES


def images(seed, ties, k=5, count=4, empty=2):
    """Probabilities of a few images of different sizes; one class never wins."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        probs = rng.dirichlet(np.full(k, 0.4), (6 + index, 9)).astype(np.float32)
        if ties:  # a few values only, which sum to 1 in binary
            probs = np.round(probs * 8) / 8
            probs[..., 0] += 1 - probs.sum(-1)
        probs[..., 0] += probs[..., empty]
        probs[..., empty] = 0
        yield probs


def naive(probs_of_images, quantile, cap):
    """Thresholds and labels from one big array, as the definition says."""
    flat = np.concatenate([p.reshape(-1, p.shape[-1]) for p in probs_of_images])
    confidence, label = flat.max(1), flat.argmax(1)
    thresholds = []
    for c in range(flat.shape[1]):
        x = np.sort(confidence[label == c])
        if len(x) == 0:
            thresholds.append(0.0)
            continue
        index = min(int(np.round(len(x) * quantile)), len(x) - 1)
        thresholds.append(min(float(x[index]), cap))
    labels = []
    for probs in probs_of_images:
        out = np.full(probs.shape[:2], 255)
        for y, x in np.ndindex(out.shape):
            best = int(probs[y, x].argmax())
            if probs[y, x, best] >= np.float32(thresholds[best]):
                out[y, x] = best
        labels.append(out)
    return thresholds, labels


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("quantile", [0.0, 0.5, 0.66, 1.0])
@pytest.mark.parametrize("cap", [0.75, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_rule__is_exactly_the_definition(ties, quantile, cap, seed):
    data = list(images(seed, ties))
    tensors = [torch.from_numpy(p.transpose(2, 0, 1).copy()) for p in data]
    rule = RULES.build(dict(type="ClassQuantile", quantile=quantile, cap=cap))
    statistics = [rule.observe(probs) for probs in tensors]
    rule.fit(lambda: iter(statistics))
    thresholds, labels = naive(data, quantile, cap)
    assert list(rule.thresholds().values()) == thresholds
    assert thresholds[2] == 0.0  # the class that is nowhere predicted
    for probs, expected in zip(tensors, labels, strict=True):
        found = rule.apply(probs)
        assert found.dtype == torch.uint8
        assert np.array_equal(found, expected)
    dropped = np.concatenate([label.ravel() == 255 for label in labels])
    assert dropped.any() == (quantile > 0)
    assert not dropped.all()


@pytest.mark.parametrize(
    ("quantile", "cap", "threshold", "kept"),
    [
        # 0.5 0.6 0.7 0.8 0.95: 0.66 * 5 = 3.3 -> place 3 from 0
        (0.66, 0.9, 0.8, 2),
        (0.66, 0.65, 0.65, 3),
        # 0.5 * 5 = 2.5 -> 2, the even one
        (0.5, 0.9, 0.7, 3),
        (0.9, 0.9, 0.9, 1),  # 4.5 -> 4: 0.95, capped
        (1.0, 1.0, 0.95, 1),  # there is no place 5
    ],
)
def test_threshold_and_kept__by_hand(quantile, cap, threshold, kept):
    p = torch.tensor([[0.8, 0.5, 0.95, 0.7, 0.6]])
    probs = torch.stack([p, 1 - p])
    probs[1, 0, 1] = 0.49  # no tie
    rule = ClassQuantile(quantile, cap)
    rule.fit(lambda: iter([rule.observe(probs)]))
    assert rule.thresholds() == pytest.approx({"0": threshold, "1": 0.0})
    assert (rule.apply(probs) != 255).sum() == kept


def test_class_of_one_pixel__keeps_it():
    rule = ClassQuantile()  # round(0.66 * 1) = 1 lies behind the only number
    probs = torch.tensor([0.7, 0.3])[:, None, None]
    rule.fit(lambda: iter([rule.observe(probs)]))
    assert rule.thresholds() == pytest.approx({"0": 0.7, "1": 0.0})
    assert rule.apply(probs).item() == 0


def test_interrupted_run__ends_as_one_that_ran_through(tmp_path):
    files = ImageFiles.from_folder(write_images(tmp_path / "images"), PIPELINE)
    checkpoint = tmp_path / "model.pth"
    torch.save({"state_dict": {}}, checkpoint)

    def run(out, model):
        rule = ClassQuantile(0.5, 0.8)
        return generate_pseudo_labels(model, files, tmp_path / out, rule, checkpoint)

    whole = run("whole", ToyModel())
    for calls in (2, 5):  # within the first pass, within the second
        with pytest.raises(KeyboardInterrupt):
            run("parts", ToyModel(fail_at=calls))
    assert run("parts", ToyModel()) == whole
    assert folder_hashes(tmp_path / "parts") == folder_hashes(tmp_path / "whole")
    report = json.loads((tmp_path / "whole" / "pseudo_labels.json").read_text())
    assert set(report["thresholds"]) == {str(c) for c in range(NUM_CLASSES)}
    assert 0 < report["kept_share"] < 1
    one = np.array(Image.open(tmp_path / "whole" / "labels" / files.names[0]))
    assert 255 in one


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(quantile=1.2), r"quantile must be in \[0, 1\], got 1.2"),
        (dict(quantile="most"), r"quantile must be in \[0, 1\], got 'most'"),
        (dict(cap=-0.1), r"cap must be in \[0, 1\], got -0.1"),
        (dict(sample_every=0), ">= 1, got 0"),
    ],
)
def test_rule__refuses_what_makes_no_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        ClassQuantile(**settings)
