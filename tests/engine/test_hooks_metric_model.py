"""Lending the network to metrics."""

from mmengine.evaluator import BaseMetric
from toy_runner import NoisyToy, build_runner

from mmseg_uda.engine.hooks import MetricModelHook


class Looker(BaseMetric):
    """Keeps what it is lent, and whether that is the network with which it began."""

    def __init__(self):
        super().__init__()
        self.lent = []

    def look_at(self, model):
        self.lent.append(model)

    def process(self, data_batch, data_samples):
        self.results.append(self.lent[-1].steps.item())

    def compute_metrics(self, results):
        return {"steps": float(results[0])}


def runner_with(folder, *metrics):
    network = NoisyToy()
    runner = build_runner(folder, "lent", model=network, scores={2: 1.0})
    runner.val_evaluator.metrics.extend(metrics)
    runner.register_hook(MetricModelHook())
    return runner, network


def test_hook__lends_the_network_before_each_validation(tmp_path):
    looker = Looker()
    runner, network = runner_with(tmp_path, looker)
    runner.train()
    assert len(looker.lent) == 3
    assert all(lent is network for lent in looker.lent)


def test_hook__leaves_other_metrics_alone(tmp_path):
    runner, _ = runner_with(tmp_path)
    runner.val()
