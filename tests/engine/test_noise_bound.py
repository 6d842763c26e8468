"""``eps="auto"``: the bound at which the mean weight is the accuracy."""

import json
import math
from types import SimpleNamespace

import pytest
import torch
from bound_toys import COUNT, SLOPE, BoundToy, bound_model, find, image_and_labels
from helpers import make_batch
from mmengine.config import Config
from mmengine.runner.priority import get_priority
from torch.testing import assert_close

from mmseg_uda.engine.bound_checks import check_maps
from mmseg_uda.engine.bound_images import accuracy, mean_weights
from mmseg_uda.engine.hooks import (
    NoiseBoundHook,
    TargetStatisticsHook,
    noise_bound_hook,
)
from mmseg_uda.engine.noise_bound import HIGHEST, LOWEST, TOLERANCE, find_bound
from mmseg_uda.stages.checks.noise_bounds import check_bound_images, check_noise_bounds
from mmseg_uda.stages.errors import StageError
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, load_into


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
    assert passes == [9, 7, 7, 1]


def test_find_bound__ends():
    perfect = find_bound(lambda bounds: [math.exp(-e) for e in bounds], 1.0)
    assert (perfect.eps, LOWEST, HIGHEST) == (1e-4, 1e-4, 1e4)
    assert perfect.is_reached


def test_find_bound__out_of_reach_takes_the_smallest_at_the_nearest_end():
    def plateau(bounds):
        return [0.5 + 0.5 * math.exp(-(e**2)) for e in bounds]

    low = find_bound(plateau, 0.3)
    assert not low.is_reached
    assert low.reachable == pytest.approx((0.5, 1.0))
    # 0.5 exp(-eps^2) is half the tolerance
    assert low.eps == pytest.approx(math.sqrt(math.log(1000)), rel=2e-3)
    said = low.shortfall()
    assert "of 0.3000: they go from 0.5000 to 1.0000. Taken is eps 2.6" in said
    assert "the lowest (0.5005), so that weights claim more than is true" in said
    high = find_bound(lambda bounds: [0.8 * math.exp(-e) for e in bounds], 0.95)
    assert (high.eps, high.is_reached) == (1e-4, False)
    assert "the highest (0.7999), so that weights claim less" in high.shortfall()
    # however little the noise does: 1e-6 exp(-eps^2) is a hundredth of all it does
    asleep = find_bound(lambda b: [1 - 1e-6 * (1 - math.exp(-(e**2))) for e in b], 0.3)
    assert asleep.eps == pytest.approx(math.sqrt(math.log(100)), rel=2e-3)
    flat = find_bound(lambda bounds: [1.0 for _ in bounds], 0.3)
    assert (flat.eps, flat.is_reached) == (1e-4, False)


def test_find_bound__weight_that_is_no_number():
    with pytest.raises(ValueError, match=r"mean weight with eps 0\.0001 is nan"):
        find_bound(lambda bounds: [math.nan for _ in bounds], 0.3)


def closed_form(eps, padded=None):
    """Mean weight and accuracy in float64, from the equations alone.

    p = sigmoid(s x), q = sigmoid(s (x + eps * sign)), weight = exp(-KL(p || q)).
    ``padded`` is the size (H, W) that noise is drawn for.
    """
    weights, right = [], []
    for index in range(COUNT):
        image, labels = image_and_labels(index)
        x = image[:1].double()
        torch.manual_seed(index)
        sign = torch.randn(1, 1, *(padded or x.shape[1:]))[0].sign().double()
        sign = sign[:, : x.shape[1], : x.shape[2]]
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


def test_images__padding_is_taken_off():
    model = bound_model().eval()
    model.data_preprocessor.test_cfg = dict(size_divisor=14)  # 6x8 becomes 14x14
    part, dataset = model.maps["lipschitz"], BoundToy()
    weight, share = closed_form(2.0, padded=(14, 14))
    right, pixels = accuracy(model, dataset, range(COUNT), part)
    assert right / pixels == pytest.approx(share, abs=1e-12)
    found = mean_weights(model, dataset, range(COUNT), "lipschitz", [2.0])
    assert found == pytest.approx([weight], abs=1e-6)


def test_hook__accuracy_out_of_reach_is_a_warning(tmp_path, caplog):
    model = bound_model(divergence="l1")  # at most 2, so no weight is below exp(-2)
    find(model, tmp_path, dataset=dict(wrong=True))
    report = json.loads((tmp_path / "noise_bound.json").read_text())["lipschitz"]
    assert (report["accuracy"], report["reached"]) == (0, False)
    low, high = report["reachable"]
    assert math.exp(-2) < low < report["mean_weight"] < low + TOLERANCE
    assert high == pytest.approx(1, abs=1e-3)
    assert model.maps["lipschitz"].noise.eps == report["eps"] < HIGHEST
    (line,) = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert "the network has 0.00% of the labelled pixels of 5 source images" in line
    assert f"go from {low:.4f} to 1.0000. Taken is eps {report['eps']:g}" in line


def test_hook__measures_the_accuracy_once(tmp_path, monkeypatch):
    calls = []

    def counted(*args):
        calls.append(args)
        return accuracy(*args)

    monkeypatch.setattr(noise_bound_hook, "accuracy", counted)
    names = ("lipschitz", "other")
    model = bound_model(names=names)
    find(model, tmp_path, names=names)
    assert len(calls) == 1
    first, second = (model.maps[name].noise.eps for name in names)
    assert first == second > 0


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


def test_hook__held_out_images_of_the_source_may_be_validated(tmp_path):
    source = SimpleNamespace(image_root="source")
    both = SimpleNamespace(datasets={"source": source})
    find(bound_model(), tmp_path, validated=both)
    with pytest.raises(ValueError, match="target"):
        find(bound_model(), tmp_path, validated=source)


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
    both = dict(val_dataloader=dict(dataset=dict(domains=dict(source=images))))
    check_bound_images("two", Config(dict(good, **apart, **both)))
    for loader in (
        dict(train_dataloader=train),
        dict(val_dataloader=dict(dataset=images)),
        dict(val_dataloader=dict(dataset=dict(domains=dict(target=images)))),
    ):
        with pytest.raises(StageError, match="which are the target's"):
            check_bound_images("two", Config(dict(good, **loader)))
    unlabelled = dict(hook, dataset=dict(type="BoundToy", labelled=False))
    with pytest.raises(StageError, match=r"NoiseBoundHook\.dataset: .*have no labels"):
        check_bound_images(
            "two", Config(dict(default_hooks=dict(bound=unlabelled), **apart))
        )


def test_checks__data_set_of_the_hook():
    def check(**dataset):
        hook = dict(type=NoiseBoundHook, maps=["lipschitz"], dataset=dataset)
        cfg = dict(custom_hooks=[hook], model=dict(segmentor=dict()))
        check_noise_bounds("two", Config(cfg), bound_model())

    with pytest.raises(StageError, match=r"dataset: BoundToy takes no 'data_rot'"):
        check(type="BoundToy", data_rot="source")
    with pytest.raises(
        StageError, match=r"predict 2 .* NoiseBoundHook\.data\w+ has 19"
    ):
        check(type="GTA5Dataset", data_root="gta5")


def test_checks__map_of_two_domains():
    views = dict(
        source=dict(type="DomainView"),
        mixed=dict(type="FourierTransfer", domain="source", style="target"),
    )
    model = bound_model(views=views, on="mixed")
    with pytest.raises(ValueError, match="'mixed' is made of the domains source, targ"):
        check_maps(["lipschitz"], model)


def test_hook__looks_at_the_network_after_its_statistics_are_the_targets():
    adapts, finds = TargetStatisticsHook.priority, NoiseBoundHook.priority
    assert get_priority(adapts) < get_priority(finds)
