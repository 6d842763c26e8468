"""``eps="auto"``: the bound at which the mean weight is the accuracy."""

import json
import math

import pytest
import torch
from bound_toys import COUNT, SLOPE, bound_model, find, image_and_labels
from helpers import make_batch
from mmengine.config import Config
from torch.testing import assert_close

from mmseg_uda.checkpoints import TRAINING_PARTS, load_into
from mmseg_uda.engine.hooks import NoiseBoundHook
from mmseg_uda.engine.noise_bound import HIGHEST, LOWEST, TOLERANCE, find_bound
from mmseg_uda.engine.stages.checks.noise_bounds import (
    check_bound_images,
    check_noise_bounds,
)
from mmseg_uda.engine.stages.errors import StageError


@pytest.mark.parametrize("wanted", [0.2, 0.7, 0.95])
def test_find_bound__known_function(wanted):
    """exp(-eps^2) is the wanted number at sqrt(-log of it)."""
    passes = []

    def mean_weights(bounds):
        passes.append(len(bounds))
        return [math.exp(-(eps**2)) for eps in bounds]

    bound = find_bound(mean_weights, wanted)
    assert bound.eps == pytest.approx(math.sqrt(-math.log(wanted)), rel=1e-3)
    assert abs(bound.mean_weight - wanted) < TOLERANCE / 2  # eps is rounded
    assert passes == [17, 17, 17, 1]


def test_find_bound__out_of_range():
    with pytest.raises(ValueError, match=r"of 0\.3000: it is 1\.0000 at 0\.0001"):
        find_bound(lambda bounds: [0.5 + 0.5 / (1 + e) for e in bounds], 0.3)
    perfect = find_bound(lambda bounds: [math.exp(-e) for e in bounds], 1.0)
    assert (perfect.eps, LOWEST, HIGHEST) == (1e-4, 1e-4, 1e4)


def closed_form(eps):
    """Mean weight and accuracy in float64, from the equations alone.

    p = sigmoid(s x), q = sigmoid(s (x + eps * sign)), weight = exp(-KL(p || q)).
    """
    weights, right = [], []
    for index in range(COUNT):
        image, labels = image_and_labels(index)
        x = image[:1].double()
        torch.manual_seed(index)
        sign = torch.randn(1, 1, *x.shape[1:])[0].sign().double()
        p, q = (torch.sigmoid(SLOPE * value) for value in (x, x + eps * sign))
        kl = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
        counted = (labels != 255)[None]
        weights.append((-kl)[counted].exp())
        right.append(((x > 0).long() == labels[None])[counted])
    accuracy = torch.cat(right).double().mean().item()
    return torch.cat(weights).mean().item(), accuracy


def test_hook__mean_weight_is_the_accuracy(tmp_path):
    model = bound_model()
    find(model, tmp_path)
    low, high = 1e-4, 1e4
    for _ in range(60):
        middle = math.sqrt(low * high)
        weight, accuracy = closed_form(middle)
        low, high = (middle, high) if weight > accuracy else (low, middle)
    found = model.maps["lipschitz"].noise.eps
    assert found == pytest.approx(low, rel=2e-3)
    report = json.loads((tmp_path / "noise_bound.json").read_text())["lipschitz"]
    assert report["eps"] == found
    assert report["accuracy"] == pytest.approx(accuracy, abs=1e-12)
    assert report["mean_weight"] == pytest.approx(closed_form(found)[0], abs=1e-6)
    assert report["mean_weight"] == pytest.approx(accuracy, abs=TOLERANCE)
    assert report["num_images"] == COUNT
    assert model.training


def test_hook__bound_is_in_the_weights_and_a_resumed_run_keeps_it(tmp_path):
    model = bound_model()
    before = torch.get_rng_state()
    find(model, tmp_path)
    assert_close(torch.get_rng_state(), before)
    found = model.maps["lipschitz"].noise.eps
    state = model.state_dict()
    assert state["maps.lipschitz.found_eps"].item() == found
    stock = bound_model().segmentor
    unknown = stock.load_state_dict(state, strict=False)
    assert not unknown.missing_keys
    assert unknown.unexpected_keys == ["maps.lipschitz.found_eps"]
    other = bound_model()
    other.load_state_dict(state)
    assert other.maps["lipschitz"].noise.eps == found
    torch.save(state, tmp_path / "weights.pth")
    load_into(bound_model(), tmp_path / "weights.pth", ignore=TRAINING_PARTS)
    other.segmentor.decode_head.conv_seg.weight.data.mul_(2)
    find(other, tmp_path, resume=True)
    assert other.maps["lipschitz"].noise.eps == found
    find(other, tmp_path)  # a training of its own
    assert other.maps["lipschitz"].noise.eps != found


def test_map__without_a_bound_says_so():
    model = bound_model()
    assert "eps found from data" in model.maps["lipschitz"].equation("decode")
    inputs, samples = make_batch(num_images=1)
    for sample in samples["source"]:
        sample.gt_sem_seg.data.clamp_(max=1)
    with pytest.raises(ValueError, match="train with a NoiseBoundHook"):
        model.loss(inputs, samples)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(dataset=dict(labelled=False)), "have no labels; name a labelled"),
        (
            dict(dataset=dict(data_root="target/train")),
            "without labels of the ta",
        ),
        (
            dict(dataset=dict(data_root="target")),
            "labelled data set of the so",
        ),
    ],
)
def test_hook__refuses_data(tmp_path, options, said):
    with pytest.raises(ValueError, match=said):
        find(bound_model(), tmp_path, **options)


def test_hook__refuses_a_map_with_a_bound(tmp_path):
    with pytest.raises(ValueError, match=r"bound of map 'lipschitz', but .* none"):
        find(bound_model(dict(eps=0.5)), tmp_path)
    with pytest.raises(ValueError, match="maps must list names, got 'lipschitz'"):
        NoiseBoundHook("lipschitz", dict(type="BoundToy"))


def test_checks__before_any_stage():
    images = dict(type="BoundToy")
    hook = dict(
        type="NoiseBoundHook", maps=["lipschitz"], dataset=dict(type="BoundToy")
    )
    good = Config(dict(default_hooks=dict(noise_bound=hook)))
    check_noise_bounds("two", good, bound_model())
    with pytest.raises(StageError, match="has none for it"):
        check_noise_bounds("two", Config(dict(default_hooks={})), bound_model())
    with pytest.raises(StageError, match="finds the bound of map 'lipschitz', but"):
        check_noise_bounds("two", good, bound_model(dict(eps=0.5)))
    train = dict(dataset=dict(domains=dict(target=dict(images=images))))
    apart = dict(train_dataloader=dict(dataset=dict(domains=dict(source=images))))
    check_bound_images("two", Config(dict(good, **apart)))
    for loader in (
        dict(train_dataloader=train),
        dict(val_dataloader=dict(dataset=images)),
    ):
        with pytest.raises(StageError, match="which are the target's"):
            check_bound_images("two", Config(dict(good, **loader)))
