"""Metrics of one domain on two ranks, whose sampler repeats an image."""

import pytest
import torch
from gloo_ranks import run_ranks
from mmseg.registry import METRICS

import mmseg_uda.parts  # noqa: F401  (registers everything)

DOMAINS = ("source", "target", "target", "source", "target")


def sample(index):
    generator = torch.Generator().manual_seed(index)
    pixels = {
        name: dict(data=torch.randint(3, (1, 4, 6), generator=generator))
        for name in ("pred_sem_seg", "gt_sem_seg")
    }
    return dict(pixels, domain=DOMAINS[index], img_path=f"{index}.png")


def evaluated(indices, domain):
    metric = METRICS.build(
        dict(type="DomainMetric", domain=domain, metric=dict(type="UDAIoUMetric"))
    )
    metric.dataset_meta = dict(classes=("a", "b", "c"))
    for index in indices:
        batch = dict(inputs=[torch.zeros(3, 4, 6)], data_samples=[None])
        metric.process(batch, [sample(index)])
    return metric.evaluate(len(DOMAINS))


def of_rank(rank):
    # as DefaultSampler shares five out, the first once more
    indices = ([0, 2, 4], [1, 3, 0])[rank]
    return {domain: evaluated(indices, domain) for domain in ("source", "target")}


@pytest.mark.ddp
def test_domain_metric__two_ranks_score_as_one():
    for found in run_ranks(of_rank):
        for domain in ("source", "target"):
            assert found[domain] == evaluated(range(len(DOMAINS)), domain)
