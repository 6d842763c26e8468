"""The text of a config, which every checkpoint has, is formatted once."""

import copy

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from mmengine.runner import IterBasedTrainLoop
from torch.optim import SGD
from toy_runner import NoisyToy, Points

from mmseg_uda.engine import formatted_once
from mmseg_uda.engine.config_text import config_text
from mmseg_uda.engine.formatted_once import FormattedOnce
from mmseg_uda.stages.training.stage_runner import StageRunner


@pytest.fixture
def formatted(monkeypatch):
    """What was formatted, as often as it was."""
    calls, form = [], formatted_once.config_text

    def count(content):
        calls.append(content)
        return form(content)

    monkeypatch.setattr(formatted_once, "config_text", count)
    return calls


def test_pretty_text__is_made_once_and_follows_changes(formatted):
    cfg = Config(dict(a=dict(b=[1, (2.5, "x")]), c=None))
    once = FormattedOnce.of(cfg)
    assert once.pretty_text == once.pretty_text == once.dump()
    assert len(formatted) == 1
    assert once.pretty_text == "a = dict(b=[1, (2.5, 'x')])\nc = None\n"
    copied = copy.deepcopy(once)
    copied.a.b.append(7)
    assert "7" in copied.pretty_text
    assert "7" not in once.pretty_text
    cfg.c = dict(d=1)  # what is shared
    assert "c = dict(d=1)" in once.pretty_text


def test_stage_runner__many_checkpoints(tmp_path, formatted):
    cfg = Config(
        dict(
            model=dict(type=NoisyToy),
            work_dir=str(tmp_path / "run"),
            experiment_name="formatted_once",
            train_dataloader=dict(
                batch_size=2,
                num_workers=0,
                dataset=dict(type=Points),
                sampler=dict(type="InfiniteSampler"),
            ),
            train_cfg=dict(type=IterBasedTrainLoop, max_iters=5),
            optim_wrapper=dict(optimizer=dict(type=SGD, lr=0.1)),
            default_hooks=dict(
                checkpoint=dict(type=CheckpointHook, interval=1, by_epoch=False)
            ),
        )
    )
    runner = StageRunner.from_cfg(cfg)
    runner.train()
    runner.close()
    saved = [
        torch.load(tmp_path / "run" / f"iter_{i}.pth", weights_only=False)  # our own
        for i in range(1, 6)
    ]
    assert {each["meta"]["cfg"] for each in saved} == {config_text(cfg.to_dict())}
    assert len(formatted) <= 2
