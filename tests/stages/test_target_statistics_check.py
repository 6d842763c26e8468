"""What would stop a training's last iteration is said before any stage runs."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmseg_uda.engine.hooks import TargetStatisticsHook
from mmseg_uda.stages import Request, StageError, run_stages
from mmseg_uda.stages.checks.target_statistics import (
    check_statistics_images,
    check_target_statistics,
)

SINGLE = Path(__file__).parents[2] / "configs" / "source_only" / "source_only_gta.py"


def config(domain="target", images=None, hooks=(), **options):
    hook = dict(type="TargetStatisticsHook", domain=domain, priority="LOW", **options)
    return Config(
        dict(
            default_hooks=dict(target_statistics=hook, logger=None),
            custom_hooks=list(hooks),
            train_dataloader=dict(dataset=dict(domains=dict(target=images or {}))),
            test_dataloader=dict(dataset=dict(pipeline=[dict(type="PackSegInputs")])),
        )
    )


def test_check_target_statistics__what_would_fail(capsys):
    norm = torch.nn.Sequential(torch.nn.BatchNorm2d(2))
    check_target_statistics("two", config(), norm)
    for cfg, said in (
        (config("tagret"), "stage 'two': .*Did you mean 'target'"),
        (config(layers=["head.*"]), r"stage 'two': .*'head\.\*', which fits none"),
        (config(hooks=[dict(type="EMAHook")]), "stage 'two': .*EMAHook saves and"),
    ):
        with pytest.raises(StageError, match=said):
            check_target_statistics("two", cfg, norm)
    without = config()
    del without.default_hooks.target_statistics["domain"]
    with pytest.raises(StageError, match="TargetStatisticsHook needs domain, which"):
        check_target_statistics("two", without, norm)
    assert "warning" not in capsys.readouterr().out
    check_target_statistics("two", config("tagret"), torch.nn.GroupNorm(1, 2))
    assert "two: warning: TargetStatisticsHook: the network has no batch norm" in (
        capsys.readouterr().out
    )


def test_check_statistics_images__folder_that_is_not_there(tmp_path):
    images = dict(type="UnlabelledFolder", data_root=str(tmp_path / "nowhere"))
    cfg = config(images=images)
    cfg.default_hooks.target_statistics.type = TargetStatisticsHook
    with pytest.raises(StageError, match=r"TargetStatisticsHook: [\s\S]*nowhere"):
        check_statistics_images("two", cfg)


def test_run_stages__nothing_is_begun(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(
        f"_base_ = '{SINGLE}'\ndefault_hooks = dict(statistics=dict("
        "type='TargetStatisticsHook', domain='target', layers=['bakbone.*']))\n"
    )
    request = Request(own, work_dir=tmp_path / "run", toy=True, toy_network="random")
    with pytest.raises(StageError, match=r"stage 'train': layers names 'bakbone\.\*'"):
        run_stages(request)
    assert not (tmp_path / "run").exists()
