import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook
from mmseg.registry import HOOKS

from mmseg_uda.engine.hooks import TargetStatisticsHook


class Hub(dict):
    update_info = dict.__setitem__
    get_info = dict.get


class FakeRunner:
    """What the hook asks of a runner at the last of its iterations."""

    def __init__(self, model, cfg, hooks=()):
        self.model, self.cfg, self.hooks = model, cfg, list(hooks)
        self.iter = self.max_iters = 3
        self.message_hub, self.val_loop, self.saved = Hub(), None, []
        self.logger, self.lines = self, []
        self.param_schedulers, self.epoch, self.work_dir = None, 0, "work"

    def info(self, line):
        self.lines.append(line)

    warning = info

    def save_checkpoint(self, folder, name, **_):
        self.saved.append(name)


def test_network_without_batch_norm__passes_with_a_warning():
    runner = FakeRunner(torch.nn.GroupNorm(1, 2), Config())
    hook = HOOKS.build(dict(type="TargetStatisticsHook", domain="target"))
    hook.before_train(runner)
    hook.after_train_epoch(runner)
    assert "there is nothing to adapt" in runner.lines[0]
    assert not runner.saved


def test_averages_of_weights__are_refused_before_training():
    runner = FakeRunner(torch.nn.BatchNorm2d(2), Config(), [EMAHook()])
    with pytest.raises(ValueError, match="EMAHook saves and scores an average"):
        TargetStatisticsHook("target").before_train(runner)


def test_domain_that_is_not_there__is_refused_before_training():
    cfg = Config(
        dict(
            train_dataloader=dict(dataset=dict(domains=dict(target={}))),
            test_dataloader=dict(dataset=dict(pipeline=[dict(type="PackSegInputs")])),
        )
    )
    runner = FakeRunner(torch.nn.BatchNorm2d(2), cfg)
    with pytest.raises(ValueError, match=r"domains\.tagret.*Did you mean 'target'"):
        TargetStatisticsHook("tagret").before_train(runner)


def test_option_out_of_range__is_refused_when_built():
    with pytest.raises(ValueError, match="blend must be in"):
        TargetStatisticsHook("target", blend=1)
