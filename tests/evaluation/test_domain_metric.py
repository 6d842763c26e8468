"""Metrics of one domain of several."""

import pytest
import torch
from mmengine.dist import collect_results_cpu
from mmseg.registry import METRICS

import mmseg_uda.parts  # noqa: F401  (registers everything)

META = dict(classes=("land", "water"))


def build(domain="source", **options):
    metric = dict(type="UDAIoUMetric", iou_metrics=["mIoU"])
    metric = METRICS.build(
        dict(type="DomainMetric", domain=domain, metric=options.pop("metric", metric))
        | options
    )
    metric.dataset_meta = META
    return metric


def sample(domain, predicted, label=(0, 0, 1, 1)):
    pixels = {
        name: dict(data=torch.tensor([[values]]))
        for name, values in (("pred_sem_seg", predicted), ("gt_sem_seg", label))
    }
    return dict(pixels, domain=domain, img_path=f"{domain}.png")


def batch(*samples):
    return dict(inputs=[torch.zeros(3, 1, 4)] * len(samples), data_samples=[*samples])


def process(metric, *samples):
    metric.process(batch(*samples), [*samples])


MIXED = (
    sample("target", (1, 1, 1, 1)),
    sample("source", (0, 0, 1, 1)),
    sample("source", (0, 1, 1, 1)),
    sample("target", (0, 0, 0, 0)),
)


def test_metric__is_of_its_domain_alone():
    found, alone = build(), METRICS.build(dict(type="UDAIoUMetric"))
    alone.dataset_meta = META
    process(found, *MIXED[:3])
    process(found, *MIXED[3:])
    alone.process({}, [*MIXED[1:3]])
    expected = {f"source/{name}": v for name, v in alone.evaluate(2).items()}
    assert found.evaluate(4) == expected
    # land: 3 of 4 pixels; water: 4 of 5
    assert expected["source/mIoU"] == 77.5


def test_metric__several_domains_side_by_side():
    metrics = [build(domain) for domain in ("source", "target")]
    for metric in metrics:
        process(metric, *MIXED)
    scores = metrics[0].evaluate(4) | metrics[1].evaluate(4)
    assert (scores["source/mIoU"], scores["target/mIoU"]) == (77.5, 33.33)


def test_metric__one_entry_a_sample_is_collected():
    """mmengine puts those of all ranks in order and cuts what a sampler repeated."""
    metric = build()
    process(metric, *MIXED)
    assert [len(of_sample) for of_sample in metric.results] == [0, 1, 1, 0]
    kept = collect_results_cpu(metric.results, 2)
    assert metric.compute_metrics(kept)["mIoU"] == 100


def test_metric__prefix_of_the_metric_stays():
    free = build("target", metric=dict(type="LabelFreeMetric"))
    logits = torch.tensor([[[4.0, 4.0]], [[0.0, 0.0]]])
    process(free, dict(seg_logits=dict(data=logits.repeat(1, 1, 2)), domain="target"))
    names = {f"target/label_free/{n}" for n in ("certainty", "information", "density")}
    assert {*free.evaluate(1)} == names


def test_metric__hands_on_the_network():
    metric = build("target", metric=dict(type="ConsistencyMetric"))
    network = torch.nn.Linear(1, 1)
    metric.look_at(network)
    assert metric.metric.model is network
    build().look_at(network)  # of one that has no use for it


def test_metric__says_what_is_never_predicted():
    metric = build()
    process(metric, sample("source", (0, 0, 0, 0)))
    metric.evaluate(1)
    assert metric.never_predicted == ["water"]


def test_metric__refuses_samples_without_domain():
    plain = {k: v for k, v in MIXED[0].items() if k != "domain"}
    with pytest.raises(ValueError, match="type='MultiDomainDataset'"):
        process(build(), plain)


def test_metric__refuses_a_domain_that_is_not_there():
    metric = build("sorce")
    process(metric, *MIXED)
    with pytest.raises(ValueError, match=r"'sorce'; there are source, target"):
        metric.evaluate(4)
