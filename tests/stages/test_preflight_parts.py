"""Misspelt parts of a training stage are found without training anything."""

from pathlib import Path

import pytest
from helpers import on_toycity

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.checks.signatures import known_arguments
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages

CONFIGS = Path(__file__).parents[2] / "configs"
SINGLE = CONFIGS / "source_only" / "source_only_gta.py"
JOINT = CONFIGS / "mrnet" / "mrnet_gta.py"
FLAGSHIP = CONFIGS / "lcrf" / "mrnet_lcrf_gta.py"


def check(tmp_path, config, options):
    resolver = Resolver(
        Request(config, work_dir=tmp_path, **on_toycity(), options=options)
    )
    check_stages(Outlook(resolver, resolver.stages))


def test_check_stages__shipped_configs_pass(tmp_path):
    check(tmp_path, FLAGSHIP, {})
    assert not list(tmp_path.iterdir()), "checks leave nothing behind"


BACKENDS = "visualizer.vis_backends.0"
STOP = {"type": "EarlyStoppingHook", "rule": "greater"}
DATASET = "train_dataloader.dataset.domains.source"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("train_cfg.type", "IterBasedTrainLop", "mean 'IterBasedTrainLoop'"),
        ("train_cfg.max_iter", 5, "mean 'max_iters'"),
        ("train_cfg.max_iters", "5k", "whole number .* got '5k'"),
        ("train_cfg.val_interval", 0, "at least 1, got 0"),
        ("train_cfg.type", "EpochBasedTrainLoop", "counts epochs.*IterBasedTrainLoop"),
        ("train_cfg.by_epoch", True, "counts epochs.*IterBasedTrainLoop"),
        ("train_cfg.max_epochs", 3, "counts epochs.*IterBasedTrainLoop"),
        ("param_scheduler.0.by_epoch", True, "0 .PolyLR. counts epochs.*=False"),
        ("val_cfg.fp61", True, "mean 'fp16'"),
        ("val_cfg", None, "belong together, but val_cfg is missing"),
        ("train_cfg", 3, "train_cfg must be a dict"),
        ("param_scheduler.0.type", "PolyLRR", "mean 'PolyLR'"),
        ("param_scheduler.0.begn", 1, "mean 'begin'"),
        ("default_hooks.logger.type", "LoggerHok", "mean 'LoggerHook'"),
        ("default_hooks.checkpoint.intervall", 5, "mean 'interval'"),
        ("default_hooks.checkpoint.interval", "5k", "whole number, got '5k'"),
        ("default_hooks.chekpoint.interval", 5, "no hook.*mean 'checkpoint'"),
        ("default_hooks.checkpoint", None, "no hook saves a checkpoint"),
        ("default_hooks.checkpoint.save_best", "mIuO", "by 'mIuO', but val_evaluator"),
        ("custom_hooks.0.type", "IterationSedHook", "mean 'IterationSeedHook'"),
        ("custom_hooks.1.keyy", "mIoU", "mean 'key'"),
        ("custom_hooks.1.key", "mIoU13", "val_evaluator measures"),
        ("custom_hooks.0", STOP | {"monitor": "mIuO"}, "stops by 'mIuO', but.*mIoU"),
        ("custom_hooks.0", {"type": "EMAHook", "begin_epoch": 1}, "give begin_iter"),
        ("custom_hooks.0", {"type": "EMAHook", "begin_iter": 10**6}, "beyond.*max_it"),
        ("optim_wrapper.segmentor.optimizer.type", "AdamWW", "mean 'AdamW'"),
        ("optim_wrapper.segmentor.optimizer.lrr", 1, "mean 'lr'"),
        ("optim_wrapper.segmentor.type", "OptmWrapper", "mean 'OptimWrapper'"),
        ("optim_wrapper.optimizer.lr", 1, r"optim_wrapper\.segmentor\.optimizer\.lr"),
        ("val_evaluator.foo", 1, "UDAIoUMetric takes no 'foo'"),
        ("val_evaluator.type", "UDAIoU", "mean 'UDAIoUMetric'"),
        ("val_evaluator.protocol", "c", "protocol must be"),
        ("val_evaluator.subsets", {"m": ["roadd"]}, "mean 'road'"),
        ("val_dataloader.dataset.splitt", "x", "mean 'split'"),
        (
            "val_dataloader.dataset.pipeline.0.type",
            "LoadImageFromFle",
            "mean 'LoadImageF",
        ),
        (f"{DATASET}.pipeline.0.type", "LoadImageFromFle", "mean 'LoadImageFromFile'"),
        (f"{DATASET}.pipeline.2.scal", 3, "mean 'scale'"),
        ("train_dataloader.sampler.type", "MultiDomainSampl", "mean 'MultiDomainSam"),
        ("train_dataloader.num_worker", 1, "mean 'num_workers'"),
        ("randomness.sed", 1, "mean 'seed'"),
        ("env_cfg.cudnn", 1, "env_cfg has no 'cudnn'"),
        ("log_processor.window", 1, "mean 'window_size'"),
        ("visualizer.vis_backends.0.type", "Local", "no vis_backend called 'Local'"),
        (f"{BACKENDS}.type", "WandbVisBackend", "pip install wandb"),
        (f"{BACKENDS}.type", "MLflowVisBackend", "pip install mlflow"),
        ("default_hooks.checkpoint.type", "CheckpointHook", "counts epochs, unless"),
        ("model.segmentor.backbone.depht", 18, "mean 'depth'"),
        ("model", 3, "defines no model"),
    ],
)
def test_check_stages__one_mistake(tmp_path, option, value, said):
    with pytest.raises(StageError, match=f"stage 'train'.*{said}"):
        check(tmp_path, SINGLE, {option: value})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"param_scheduler.segmentr": []}, "'segmentr' is in one of them alone"),
        ({"optim_wrapper.clip_grad.max_norm": 1}, r"heads\.clip_grad\.max_norm"),
    ],
)
def test_check_stages__several_optimizers(tmp_path, options, said):
    with pytest.raises(StageError, match=said):
        check(tmp_path, JOINT, options)


def test_check_stages__schedules_by_optimizer_for_a_single_optimizer(tmp_path):
    given = {"param_scheduler": {"_delete_": True, "segmentor": [], "heads": []}}
    said = r"has one optimizer: .*= _base_\.param_scheduler\.segmentor"
    with pytest.raises(StageError, match=said):
        check(tmp_path, SINGLE, given)


def test_check_stages__schedules_that_count_no_iterations(tmp_path):
    waits = {"type": "ReduceOnPlateauLR", "monitor": "mIoU", "rule": "greater"}
    check(tmp_path, SINGLE, {"param_scheduler": [waits]})
    by_default = {"type": "StepLR", "step_size": 3}
    with pytest.raises(
        StageError, match=r"param_scheduler\.0 \(StepLR\) counts epochs"
    ):
        check(tmp_path, SINGLE, {"param_scheduler": [by_default]})


def test_check_stages__early_stopping_without_validation(tmp_path):
    unscored = dict.fromkeys(("val_dataloader", "val_cfg", "val_evaluator"))
    stop = {"custom_hooks.0": STOP | {"monitor": "mIoU"}}
    check(tmp_path, SINGLE, stop)
    with pytest.raises(StageError, match=r"the config has none.*never stop"):
        check(tmp_path, SINGLE, stop | unscored)


DOMAIN = "stage_two.train_dataloader.dataset.domains.target"
SAVE_BEST = "stage_one.default_hooks.checkpoint.save_best"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stage_two.param_scheduler.0.powr": 1}, "'stage_two'.*mean 'power'"),
        ({f"{DOMAIN}.pipeline.0.type": "Load"}, "no transform called 'Load'"),
        ({f"{DOMAIN}.imags": 1}, "mean 'images'"),
        ({"stages.stage_two.weights": "best", SAVE_BEST: None}, "will keep none"),
        ({"pseudo_labels.rule.type": "KeepAl"}, "mean 'KeepAll'"),
        ({"pseudo_labels.rule.threshold": 0.5}, "Balanced takes no 'threshold'"),
        ({"pseudo_labels.target_statistics.layers": ["x.*"]}, "layers names .x"),
    ],
)
def test_check_stages__mistakes_of_later_stages(tmp_path, options, said):
    with pytest.raises(StageError, match=said):
        check(tmp_path, FLAGSHIP, options)


class _Open:
    def __init__(self, **kwargs):
        pass


def test_known_arguments__foreign_kwargs_may_be_anything():
    assert known_arguments(_Open) is None
    assert known_arguments(lambda a, b=1: None) == {"a", "b"}


def test_known_arguments__without_init_there_are_none():
    assert known_arguments(type("Plain", (), {})) == set()
