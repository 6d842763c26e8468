"""What trainings of few iterations leave out is said before they start."""

from pathlib import Path

import pytest
from helpers import on_toycity
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks.short_run import too_short_for
from mmseg_uda.stages.checks.short_schedules import rate_zero_before
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages

CONFIGS = Path(__file__).parents[2] / "configs"


def config(length=500, schedules=None, objective=None, **more):
    objectives = {"adv": objective} if objective else {}
    return Config(
        dict(
            train_cfg=dict(max_iters=length, val_interval=100),
            model=dict(objectives=objectives),
            param_scheduler=schedules,
            val_cfg=dict(),
            **more,
        )
    )


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (dict(begin_iters=499), None),
        (dict(begin_iters=15000), "objective 'adv' never starts: {}begin_iters=15000"),
        (
            dict(weight=dict(map="m", begin_iters=500)),
            "the weight of objective 'adv' never starts: {}weight.begin_iters=500",
        ),
        (dict(decay=dict(end_iters=5000)), None),  # a tenth of it
        (
            dict(decay=dict(end_iters=10000)),
            "the decay of objective 'adv' goes 5 % of its way: {}decay.end_iters=10000",
        ),
    ],
)
def test_too_short_for__terms(objective, said):
    lines = too_short_for(config(objective=objective), "one.")
    expected = said and "  " + said.format("one.model.objectives.adv.")
    assert lines[1:-1] == ([expected] if expected else [])


LINEAR = dict(type="LinearLR", start_factor=0.1, by_epoch=False)
POLY = dict(type="PolyLR", by_epoch=False)


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (dict(LINEAR, end=501), None),
        (dict(LINEAR, end=5001), "the warm-up, LinearLR, never ends: {}.end=5001"),
        (dict(LINEAR, begin=600, end=700), "LinearLR never starts: {}.begin=600"),
        (dict(LINEAR, start_factor=1.0, end_factor=0.0, end=900), None),
        (
            dict(type="ConstantLR", factor=0.1, end=5000),
            "the warm-up, ConstantLR, never ends: {}.end=5000",
        ),
        (dict(type="ConstantLR", factor=0.9, begin=5, end=99999), None),
        (dict(POLY, end=4001), None),
        (dict(POLY, end=50001), "PolyLR goes 1 % of its way: {}.end=50001"),
        (dict(POLY), None),
        (
            dict(type="MultiStepLR", milestones=[800, 600]),
            "MultiStepLR never steps: {}.milestones=600",
        ),
        (dict(type="MultiStepLR", milestones=[400, 600]), None),
        (dict(type="StepLR", step_size=501), "StepLR never steps: {}.step_size=501"),
    ],
)
def test_too_short_for__schedules(schedule, said):
    alone = too_short_for(config(schedules=[schedule]))
    named = too_short_for(config(schedules=dict(heads=[POLY, schedule])))
    for lines, key in ((alone, "0"), (named, "heads.1")):
        expected = said and "  " + said.format(f"param_scheduler.{key}")
        assert lines[1:-1] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("schedules", "said"),
    [
        ([dict(POLY, end=500)], False),
        ([dict(POLY, end=400)], True),
        ([dict(POLY, end=400, eta_min=1e-6)], False),
        ([dict(POLY, end=400), dict(type="ConstantLR", begin=400)], False),
        ([dict(type="PolyMomentum", end=400)], False),
        ([dict(LINEAR, end=100), dict(type="CosineAnnealingLR", end=300)], True),
    ],
)
def test_rate_zero_before__the_end(schedules, said):
    warnings = list(rate_zero_before(config(schedules=dict(all=schedules)), 500))
    end = f"param_scheduler.all.{len(schedules) - 1}.end=500"
    assert [warning.endswith(end) for warning in warnings] == [True] * said


def test_too_short_for__what_is_done_seldom():
    saver = dict(checkpoint=dict(type="AtomicCheckpointHook", interval=2000))
    assert too_short_for(config(default_hooks=saver)) == []
    lines = too_short_for(config(50, default_hooks=saver))
    assert lines == [
        "50 iterations are too few for parts of this config:",
        "  validated only at the end: train_cfg.val_interval=100",
        "  saved only at the end: default_hooks.checkpoint.interval=2000",
        "  (smaller numbers by --cfg-options; a trial may leave them as they are)",
    ]
    hooks = [dict(type="EMAHook", begin_iter=900)]
    lines = too_short_for(config(custom_hooks=hooks))
    assert "  custom_hooks.0 never starts: custom_hooks.0.begin_iter=900" in lines


@pytest.mark.parametrize(
    "leaf", ["mrnet/mrnet_gta", "clan/clan_gta", "source_only/source_only_adabn_gta"]
)
def test_too_short_for__shipped_lengths(leaf):
    resolver = Resolver(Request(CONFIGS / f"{leaf}.py"))
    for stage in resolver.stages:
        if stage.trains:
            cfg = resolver.stage_config(stage)
            assert too_short_for(cfg) == []
            assert list(rate_zero_before(cfg, cfg.train_cfg.max_iters)) == []


@pytest.mark.parametrize("toy", [True, False])
def test_check_stages__tells_it_but_for_toy(tmp_path, capsys, toy, monkeypatch):
    monkeypatch.setattr("mmseg_uda.stages.kinds.train.check_model", lambda *_: None)
    leaf = CONFIGS / "source_only" / "source_only_gta.py"
    options = {"train_cfg.max_iters": 5}
    resolver = Resolver(
        Request(leaf, work_dir=tmp_path, **on_toycity(toy), options=options)
    )
    check_stages(Outlook(resolver, resolver.stages))
    printed = capsys.readouterr().out
    assert ("train: 5 iterations are too few" in printed) is not toy
