"""Default hooks that change weights are part of what a training was begun with."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.hooks import LoggerHook

from mmseg_uda.engine.hooks import TargetStatisticsHook
from mmseg_uda.stages import Request, StageError, TrainStage
from mmseg_uda.stages.checks.hooks import check_hooks
from mmseg_uda.stages.config.config_nodes import deciding_hooks
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.stages.run.bookkeeping import begin_record
from mmseg_uda.stages.run.inputs import Inputs

LCRF = Path(__file__).parents[2] / "configs" / "lcrf" / "mrnet_lcrf_gta.py"

LOOKS = dict(
    timer=dict(type="IterTimerHook"),
    checkpoint=dict(type="AtomicCheckpointHook", interval=9, save_best="mIoU"),
    visualization=dict(type="SegVisualizationHook", draw=True),
    samples=dict(type="SampleViewsHook", interval=5),
    logger=None,
)
ADAPTS = dict(type="TargetStatisticsHook", domain="target", batch_size=4)


def record(cfg):
    return begin_record(TrainStage("two", Path("leaf.py")), Config(cfg), Inputs())


def fingerprint(custom=(), val_interval=5, **hooks):
    cfg = dict(
        model=dict(a=1),
        train_cfg=dict(val_interval=val_interval),
        default_hooks={**LOOKS, **hooks},
        custom_hooks=list(custom),
    )
    return record(cfg)["fingerprint"]


@pytest.mark.parametrize("kind", ["TargetStatisticsHook", TargetStatisticsHook])
def test_fingerprint__knows_a_default_hook_that_changes_weights(kind):
    adapts = {**ADAPTS, "type": kind}
    with_it = fingerprint(target_statistics=adapts)
    assert with_it["default_hooks.target_statistics.batch_size"] == "4"
    assert with_it != fingerprint(target_statistics={**adapts, "blend": 0.5})
    assert fingerprint(target_statistics=None) == fingerprint()


def test_fingerprint__does_not_know_those_that_look():
    assert not any(key.startswith("default_hooks") for key in fingerprint())
    changed = dict(LOOKS["checkpoint"], interval=3)
    assert fingerprint(checkpoint=changed) == fingerprint()


def test_deciding_hooks__what_is_no_hook_or_not_there():
    assert deciding_hooks({}) == {}
    assert deciding_hooks(dict(default_hooks=dict(a=dict(type="NoSuchHook")))) == {}
    assert deciding_hooks(dict(default_hooks=dict(a=ADAPTS))) == {"a": ADAPTS}
    ema = dict(type="EMAHook")
    assert deciding_hooks(dict(default_hooks=dict(ema=ema))) == {"ema": ema}


class Derived(LoggerHook):
    """It may do anything."""


def test_deciding_hooks__derived_ones_and_a_rate_that_stays():
    hooks = dict(logger=dict(type=Derived), param_scheduler=None, timer=None)
    decides = dict(logger=dict(type=Derived), param_scheduler=None)
    assert deciding_hooks(dict(default_hooks=hooks)) == decides
    assert fingerprint(param_scheduler=None) != fingerprint()


def test_fingerprint__how_often_scores_are_taken_where_they_stop_the_training():
    stops = [dict(type="EarlyStoppingHook", monitor="mIoU")]
    assert fingerprint(val_interval=1) == fingerprint()
    quiet = TrainStage("two", Path("leaf.py")).deciding(Config(dict(log_level="ERROR")))
    assert "log_level" not in quiet
    assert fingerprint(stops, val_interval=1) != fingerprint(stops)


def test_record__where_the_images_of_a_hook_lie():
    dataset = dict(type="GTA5Dataset", data_root="data/gta5")
    bound = dict(type="NoiseBoundHook", maps=["lipschitz"], dataset=dataset)
    roots = record(dict(default_hooks=dict(bound=bound)))["data_roots"]
    assert roots == {"default_hooks.bound.dataset.data_root": "'data/gta5'"}
    assert record(dict(custom_hooks=[bound]))["data_roots"] == {
        "custom_hooks.0.dataset.data_root": "'data/gta5'"
    }


@pytest.mark.parametrize("hook", ["target_statistics", "visualization"])
@pytest.mark.parametrize("stage", ["", "stage_two."])
def test_option__takes_a_default_hook_out(hook, stage):
    out = {f"{stage}default_hooks.{hook}": None}
    resolver = Resolver(Request(config=LCRF, options=out))
    for name in ("stage_one", "stage_two"):
        found = next(s for s in resolver.stages if s.name == name)
        hooks = resolver.stage_config(found).default_hooks
        assert hook not in hooks
    runner = SimpleNamespace(hooks=[], max_iters=9, register_hook=lambda *_: None)
    with pytest.raises(StageError, match="no hook saves"):  # and nothing before that
        check_hooks(runner, Config(dict(default_hooks=hooks)))


def test_option__that_takes_out_a_misspelt_hook_is_refused():
    out = {"stage_two.default_hooks.target_statistic": None}
    resolver = Resolver(Request(config=LCRF, options=out))
    two = next(s for s in resolver.stages if s.name == "stage_two")
    with pytest.raises(StageError, match="Did you mean 'target_statistics'"):
        resolver.stage_config(two)
