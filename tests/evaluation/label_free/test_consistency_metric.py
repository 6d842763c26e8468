"""Consistency of a network's predictions, against loops in float64."""

import copy
import math

import pytest
import torch
from helpers import tiny_segmentor
from looked_at import build_network, evaluated, images, joined, mirrored
from mmengine.config import ConfigDict
from mmseg.registry import METRICS, MODELS

NAMES = ("consistency", "consistency_js", "invariance")


def probabilities(network, data):
    with torch.no_grad():
        (sample,) = network.test_step(copy.deepcopy(data))
    return sample.seg_logits.data.double().softmax(0)


def reference(network, batches):
    """Means over pixels, then images, with the mirror image made by hand."""
    totals = dict.fromkeys(NAMES, 0.0)
    for data in batches:
        mirror = copy.deepcopy(data)
        mirror["inputs"] = [data["inputs"][0].flip(2)]
        p, q = probabilities(network, data), probabilities(network, mirror)
        height, width = p.shape[1:]
        of_image = dict.fromkeys(NAMES, 0.0)
        for y in range(height):
            for x in range(width):
                a = p[:, y, x].tolist()
                b = q[:, y, width - 1 - x].tolist()
                same = a.index(max(a)) == b.index(max(b))
                mean = [(s + t) / 2 for s, t in zip(a, b, strict=True)]
                js = sum(
                    s * math.log(s / m) / 2 + t * math.log(t / m) / 2
                    for s, t, m in zip(a, b, mean, strict=True)
                )
                of_image["consistency"] += same
                of_image["invariance"] += same * math.sqrt(max(a) * max(b))
                of_image["consistency_js"] += 1 - js / math.log(2)
        for name in NAMES:
            totals[name] += of_image[name] / (height * width) / len(batches)
    return totals


def test_metric__is_the_mean_over_pixels_and_images():
    network, batches = build_network(), images()
    expected = reference(network, batches)
    found = evaluated(network, batches, type="ConsistencyMetric")
    assert found == {
        f"label_free/{name}": pytest.approx(100 * expected[name], abs=0.006)
        for name in NAMES
    }
    assert 0 < found["label_free/consistency"] < 100


def test_metric__of_a_batch_is_that_of_its_images():
    network, batches = build_network(), images(3)
    one_by_one = evaluated(network, batches, type="ConsistencyMetric")
    together = evaluated(network, [joined(batches)], type="ConsistencyMetric")
    assert together == pytest.approx(one_by_one, abs=0.011)


def test_metric__a_network_without_left_and_right_agrees_with_itself():
    network = mirrored(build_network())
    found = evaluated(network, images(), type="ConsistencyMetric")
    assert found["label_free/consistency"] > 99.9
    assert found["label_free/consistency_js"] == 100
    other = evaluated(network, images(), type="ConsistencyMetric", scale=0.5)
    assert other["label_free/consistency_js"] < 100


def test_metric__photometric_changes_alone():
    network = build_network()
    scores = [
        evaluated(
            network, images(), type="ConsistencyMetric", flip=False, contrast=contrast
        )["label_free/consistency_js"]
        for contrast in (1.001, 1.2, 4.0)
    ]
    assert scores[0] == pytest.approx(100, abs=0.01)
    assert scores[0] > scores[1] > scores[2]


def test_metric__of_a_plain_mmseg_model():
    plain = MODELS.build(
        dict(
            tiny_segmentor(),
            type="EncoderDecoder",
            data_preprocessor=dict(type="SegDataPreProcessor", size_divisor=32),
            test_cfg=ConfigDict(mode="whole"),
        )
    ).eval()
    assert evaluated(plain, images(1), type="ConsistencyMetric")


def test_metric__leaves_network_and_random_numbers_alone():
    network = build_network().train()
    before = copy.deepcopy(network.state_dict())
    built = METRICS.build(dict(type="ConsistencyMetric"))
    built.look_at(network)
    (data,) = images(1)
    sample = dict(seg_logits=dict(data=torch.randn(5, 50, 66)))
    torch.manual_seed(5)
    built.process(data, [sample])
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    assert all(module.training for module in network.modules())
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_metric__wants_a_network():
    built = METRICS.build(dict(type="ConsistencyMetric"))
    with pytest.raises(ValueError, match="MetricModelHook"):
        built.process(images(1)[0], [{}])


def test_metric__refuses_test_time_augmentation():
    built = METRICS.build(dict(type="ConsistencyMetric"))
    built.look_at(build_network())
    (data,) = images(1)
    augmented = {key: [[value[0]]] for key, value in data.items()}
    with pytest.raises(ValueError, match="test-time augmentation"):
        built.process(augmented, [{}])


def test_metric__refuses_a_single_logit():
    built = METRICS.build(dict(type="ConsistencyMetric"))
    built.look_at(build_network())
    with pytest.raises(ValueError, match="out_channels=2"):
        built.process(images(1)[0], [dict(seg_logits=dict(data=torch.zeros(1, 2, 2)))])


def test_metric__refuses_an_empty_set():
    with pytest.raises(ValueError, match="the set is empty"):
        METRICS.build(dict(type="ConsistencyMetric")).compute_metrics([])
