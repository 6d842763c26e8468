"""What a training tells of the weights per pixel."""

import re
from math import exp
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MessageHub
from torch import nn
from toy_runner import NoisyToy, build_runner

from mmseg_uda.engine.hooks import WeightReportHook
from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.models.objectives import BaseObjective
from mmseg_uda.stages.training import train as training

LABELS = torch.tensor([[[0, 0, 1, 255]]])


class Scripted(BaseObjective):
    """Mean of the weight alone: the loss per pixel is 1."""

    def pixel_loss(self, step, seg_head):
        return torch.ones(1, 1, 4)

    def pixel_labels(self, step):
        return LABELS


class WeightedToy(NoisyToy):
    """Adds an objective whose map holds what the test wrote down, by iteration."""

    def __init__(self, value, **options):
        super().__init__()
        weight = dict(map="lipschitz", link="exp_neg", **options)
        lambdas = dict(decode=1.0, aux=0.5)
        self.objectives = nn.ModuleDict(
            {"pseudo": Scripted(loss_weight=lambdas, weight=weight)}
        )
        self.maps = nn.ModuleDict({"lipschitz": LipschitzMap()})
        self.value = value

    def forward(self, inputs, mode="loss"):
        losses = super().forward(inputs, mode)
        if mode == "loss":
            done = MessageHub.get_current_instance().get_info("iter")
            value = torch.tensor(self.value(done)).view(1, 1, 4)
            maps = dict(decode=value, aux=2 * value)
            step = SimpleNamespace(map=lambda _, head: maps[head], iteration=done)
            terms = self.objectives["pseudo"](step).items()
            losses |= {f"pseudo.{name}": term for name, term in terms}
        return losses


def train(tmp_path, model, max_iters=6, **hook):
    runner = build_runner(tmp_path, tmp_path.name, max_iters=max_iters, model=model)
    runner.logger.propagate = False
    runner.train_dataloader.dataset.metainfo = {"classes": ["road", "sky"]}
    runner.register_hook(WeightReportHook(**hook))
    runner.train()
    return next(tmp_path.glob("*/*.log")).read_text(), runner


def test_weight_report__mean_and_share_of_the_last_iterations(tmp_path):
    """Only in iteration 4 the map is not 0: 0.5 and 1.2 on road, 9 without label."""

    def value(done):
        return [0.5, 1.2, 0.0, 9.0] if done == 3 else [0.0] * 4

    log, runner = train(tmp_path, WeightedToy(value), interval_iters=2)
    train_lines = [x for x in log.splitlines() if "Iter(train)" in x]
    lines = {n: next(x for x in train_lines if f"[{n}/6]" in x) for n in (2, 4, 6)}
    assert "pseudo.weight_decode: 1.0000" in lines[2]
    # of the 6 labelled pixels of iterations 3 and 4 all but two have 1
    mean, of_aux = (4 + exp(-0.5) + exp(-1.2)) / 6, (4 + exp(-1) + exp(-2.4)) / 6
    assert f"pseudo.weight_decode: {mean:.4f}" in lines[4]
    assert f"pseudo.weight_aux: {of_aux:.4f}" in lines[4]
    assert f"pseudo.weight_below_half_decode: {1 / 6:.4f}" in lines[4]
    assert f"pseudo.weight_below_half_aux: {2 / 6:.4f}" in lines[4]
    assert "pseudo.weight_below_half_decode: 0.0000" in lines[6]
    table = log.split("weight of pseudo, stop_grad[exp(-lipschitz_HEAD)], in ")[2]
    assert table.startswith("iterations 3 to 4:")
    road = (2 + exp(-0.5) + exp(-1.2)) / 4
    assert re.search(rf"road +\| +{road:.4f} +\| +25 \|", table)
    assert re.search(r"sky +\| +1.0000 +\| +0 \|", table)
    assert runner.model.objectives["pseudo"].weight.observer is None


def test_weight_report__warns_early_and_at_the_end(tmp_path):
    model = WeightedToy(lambda _: [0.004] * 3 + [9.0])
    log, _ = train(tmp_path, model, check_iters=3)
    warned = [x for x in log.splitlines() if "does nothing" in x]
    said = (
        r"WARNING - {}, the weight of 'pseudo' does nothing: "
        r"stop_grad\[exp\(-lipschitz_decode\)\] within 0\.005 .* raise noise\.eps "
        r"\(now .* of map 'lipschitz'"
    )
    assert len(warned) == 2
    assert re.search(said.format("around iteration 3"), warned[0])
    assert re.search(said.format("at the end"), warned[1])


def test_weight_report__warns_of_a_weight_that_drowns_the_labels(tmp_path):
    log, _ = train(tmp_path, WeightedToy(lambda _: [0.4] * 4), check_iters=3)
    warned = [x for x in log.splitlines() if "takes most of the labels away" in x]
    assert len(warned) == 2
    # of the decode head exp(-0.4) = 0.67, of the other one exp(-0.8) = 0.4493
    said = r"\(stop_grad\[exp\(-lipschitz_aux\)\]: mean 0\.4493, below 0\.5 on 100 % of"
    assert re.search(said, warned[0])
    assert re.search(r"at the end, .* lower noise\.eps \(now .*'lipschitz'$", warned[1])


def test_weight_report__is_silent_where_the_weight_works_or_has_not_begun(tmp_path):
    log, _ = train(tmp_path / "works", WeightedToy(lambda _: [0.1] * 4), check_iters=1)
    assert "does nothing" not in log
    model = WeightedToy(lambda _: [0.0] * 4, begin_iters=99)
    log, _ = train(tmp_path / "later", model, check_iters=1)
    assert "does nothing" not in log
    assert "weight_decode" not in log


def test_weight_report__changes_no_number_and_needs_no_weight(tmp_path):
    model = WeightedToy(lambda _: [0.1] * 4)
    _, runner = train(tmp_path / "with", model)
    plain = build_runner(tmp_path, "plain", model=WeightedToy(lambda _: [0.1] * 4))
    plain.train()
    weights = plain.model.state_dict()
    torch.testing.assert_close(runner.model.state_dict(), weights, rtol=0, atol=0)
    log, _ = train(tmp_path / "none", NoisyToy())
    assert "weight of" not in log


@pytest.mark.parametrize("given", [None, WeightReportHook(check_iters=7)])
def test_train_stage__has_the_hook_once(tmp_path, monkeypatch, given):
    runner = build_runner(tmp_path, "stage")
    if given is not None:
        runner.register_hook(given)
    monkeypatch.setattr(training.StageRunner, "from_cfg", lambda cfg: runner)
    monkeypatch.setattr(type(runner), "close", lambda self: None, raising=False)
    training.train(Config({"work_dir": str(tmp_path)}), "stage", None, None)
    hooks = [hook for hook in runner.hooks if isinstance(hook, WeightReportHook)]
    assert len(hooks) == 1
    assert given is None or hooks == [given]


def test_weight_report__bad_numbers():
    with pytest.raises(ValueError, match="interval_iters must be a whole number >= 1"):
        WeightReportHook(interval_iters=0)
