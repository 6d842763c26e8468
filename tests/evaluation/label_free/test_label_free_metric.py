"""The metric of images without labels."""

import pytest
import torch
from mmseg.registry import METRICS

import mmseg_uda.evaluation  # noqa: F401  (registers it)
from mmseg_uda.evaluation.label_free.scores import (
    certainty,
    information_maximisation,
    soft_neighbourhood_density,
)


def build(**options):
    return METRICS.build(dict(type="LabelFreeMetric", **options))


def sample(seed, size=(6, 7), classes=3):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(classes, *size, generator=generator)
    return dict(seg_logits=dict(data=logits))


def scores(metric, samples):
    for one in samples:
        metric.process({}, [one])
    return metric.evaluate(len(samples))


def test_metric__every_image_counts_the_same():
    samples = [sample(0), sample(1, (12, 14))]
    found = scores(build(), samples)
    flat = [s["seg_logits"]["data"].double().softmax(0).flatten(1) for s in samples]
    sure = torch.stack([certainty(p).mean() for p in flat]).mean()
    mean = torch.stack([p.mean(1) for p in flat]).mean(0)
    dense = torch.stack([soft_neighbourhood_density(p) for p in flat]).mean()
    expected = dict(
        certainty=sure, information=information_maximisation(mean, sure), density=dense
    )
    assert found == {
        f"label_free/{name}": pytest.approx(100 * value.item(), abs=0.006)
        for name, value in expected.items()
    }


def test_metric__labels_change_nothing():
    plain = scores(build(), [sample(0)])
    labelled = sample(0) | dict(gt_sem_seg=dict(data=torch.zeros(1, 6, 7)))
    assert scores(build(), [labelled]) == plain


def test_metric__pixels_of_large_images_are_drawn_the_same_way_each_time():
    large = sample(0, (40, 50))
    first, second = (scores(build(num_pixels=64), [large]) for _ in range(2))
    assert first == second
    whole = scores(build(num_pixels=2000), [large])
    assert first["label_free/certainty"] == whole["label_free/certainty"]
    assert first["label_free/density"] != whole["label_free/density"]


def test_metric__a_collapsed_network_has_no_information():
    collapsed = dict(seg_logits=dict(data=torch.zeros(3, 4, 4)))
    collapsed["seg_logits"]["data"][1] = 30
    found = scores(build(), [collapsed])
    assert found["label_free/certainty"] == 100
    assert found["label_free/information"] == 0
    assert found["label_free/density"] == pytest.approx(100)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(num_pixels=2), "num_pixels is a whole number >= 3"),
        (dict(temperature=0), "temperature must be > 0"),
    ],
)
def test_metric__refuses_options(options, said):
    with pytest.raises(ValueError, match=said):
        build(**options)


def test_metric__refuses_samples_without_logits():
    with pytest.raises(ValueError, match=r"seg_logits.*test-time augmentation"):
        build().process({}, [dict(pred_sem_seg=dict(data=torch.zeros(1, 2, 2)))])
    with pytest.raises(ValueError, match="out_channels=2"):
        build().process({}, [sample(0, classes=1)])
