"""Default hooks that change weights are part of what a training was begun with."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmseg_uda.engine.hooks import TargetStatisticsHook
from mmseg_uda.engine.stages.bookkeeping import begin_record
from mmseg_uda.engine.stages.config_nodes import deciding_hooks
from mmseg_uda.engine.stages.inputs import Inputs

LOOKS = dict(
    timer=dict(type="IterTimerHook"),
    checkpoint=dict(type="AtomicCheckpointHook", interval=9, save_best="mIoU"),
    visualization=dict(type="SegVisualizationHook", draw=True),
    samples=dict(type="SampleViewsHook", interval=5),
    logger=None,
)
ADAPTS = dict(type="TargetStatisticsHook", domain="target", batch_size=4)


def fingerprint(**hooks):
    stage = SimpleNamespace(name="two", trains=True)
    cfg = Config(dict(model=dict(a=1), default_hooks={**LOOKS, **hooks}))
    return begin_record(stage, cfg, Inputs(None, None, {}))["fingerprint"]


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
