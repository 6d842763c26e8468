"""The configs' numbers are the published ones, written here a second time by hand."""

from pathlib import Path
from types import SimpleNamespace as Numbers

import pytest
from mmengine.config import Config

CONFIGS = Path(__file__).parents[1] / "configs"

# sizes are (width, height), crops (height, width);
ADAPTSEG = Numbers(
    rate=2.5e-4,
    nesterov=False,
    heads_rate=1e-4,
    total=250_000,
    stop=150_000,
    batch=dict(source=1, target=1),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=None,
    jitter=None,
    mirror=None,
    weights={
        "source": dict(decode=1.0, aux=0.1),
        "adversarial": dict(decode=1e-3, aux=2e-4),
    },
)
MRNET = Numbers(
    rate=2e-4,
    nesterov=True,
    heads_rate=1e-4,
    total=100_000,
    stop=25_000,
    batch=dict(source=2, target=2),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=(512, 1024),
    jitter=(0.8, 1.2),
    mirror=0.5,
    weights={
        "source": dict(decode=1.0, aux=0.5),
        "adversarial": dict(decode=2e-3, aux=4e-4),
        "consensus": dict(decode=0.1, aux=0.1),
    },
)
SOURCE_ONLY = Numbers(
    **vars(MRNET)
    | dict(
        heads_rate=None,
        batch=dict(source=2),
        target=None,
        weights={"source": dict(decode=1.0, aux=0.5)},
    )
)
LCRF = Numbers(
    rate=1e-4,
    nesterov=True,
    heads_rate=None,
    total=100_000,
    stop=40_000,
    batch=dict(target=9),
    source=None,
    target=(1280, 640),
    crop=(256, 512),
    jitter=(0.8, 1.2),
    mirror=0.5,
    weights={
        "pseudo": dict(decode=1.0, aux=0.5),
        "lipschitz": dict(decode=1.0, aux=1.0),  # lambda_2
    },
)
LEAVES = [
    (f"{leaf}_{task}.py", task, numbers)
    for task in ("gta", "synthia")
    for leaf, numbers in (
        ("adaptseg/adaptseg", ADAPTSEG),
        ("mrnet/mrnet", MRNET),
        ("source_only/source_only", SOURCE_ONLY),
        ("lcrf/mrnet_lcrf", LCRF),
    )
]


@pytest.mark.parametrize(("leaf", "task", "numbers"), LEAVES)
def test_leaf__has_the_published_numbers(leaf, task, numbers):
    cfg = Config.fromfile(CONFIGS / leaf)
    _check_optimizers(cfg, numbers)
    _check_schedule(cfg, numbers)
    _check_data(cfg, task, numbers)
    assert {
        name: dict(objective.loss_weight)
        for name, objective in cfg.model.objectives.items()
    } == numbers.weights


def _check_optimizers(cfg, numbers):
    segmentor = cfg.optim_wrapper.segmentor
    assert segmentor.optimizer.type == "SGD"
    assert segmentor.optimizer.lr == numbers.rate
    assert segmentor.optimizer.momentum == 0.9
    assert segmentor.optimizer.weight_decay == 5e-4
    assert segmentor.optimizer.get("nesterov", False) is numbers.nesterov
    assert segmentor.lr_mults == dict(decode_head=10.0, auxiliary_head=10.0)
    heads = cfg.optim_wrapper.get("heads")
    assert (heads and heads.optimizer.lr) == numbers.heads_rate
    if heads:
        assert heads.optimizer.type == "Adam"
        assert heads.optimizer.betas == (0.9, 0.99)


def _check_schedule(cfg, numbers):
    schedules = cfg.param_scheduler
    if isinstance(schedules, dict):
        schedules = [s for entry in schedules.values() for s in entry]
    decays = [s for s in schedules if s.type == "PolyLR"]
    assert {(s.power, s.eta_min, s.end) for s in decays} == {
        (0.9, 0, numbers.total + 1)
    }
    assert cfg.train_cfg.max_iters == numbers.stop


def _check_data(cfg, task, numbers):
    loader = cfg.train_dataloader
    drawn = loader.sampler.samples_per_domain
    assert {name: n for name, n in drawn.items() if n} == numbers.batch
    for name, domain in loader.dataset.domains.items():
        if not domain:
            continue
        steps = {step.type: step for step in domain.pipeline}
        resize = steps.get("RandomResize") or steps["Resize"]
        size = numbers.source[task] if name == "source" else numbers.target
        assert resize.scale == size
        assert (resize.backend, resize.interpolation) == ("pillow", "bicubic")
        if name == "target" and numbers.source:  # neither jitter, crop nor mirroring
            assert not {"RandomResize", "DiverseCrop", "RandomFlip"} & set(steps)
            continue
        assert resize.get("ratio_range") == numbers.jitter
        assert (steps.get("DiverseCrop") or {}).get("crop_size") == numbers.crop
        assert (steps.get("RandomFlip") or {}).get("prob") == numbers.mirror


@pytest.mark.parametrize("leaf", [leaf for leaf, _, _ in LEAVES])
def test_leaf__normalises_as_the_field_does(leaf):
    cfg = Config.fromfile(CONFIGS / leaf)
    preprocessor = cfg.model.data_preprocessor
    assert preprocessor.mean == [104.00698793, 116.66876762, 122.67891434]
    assert preprocessor.std == [1, 1, 1]
    assert preprocessor.bgr_to_rgb is False


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_mrnet__agreement_begins_where_the_released_code_begins_it(task):
    model = Config.fromfile(CONFIGS / f"mrnet/mrnet_{task}.py").model
    assert model.objectives.consensus.begin_iters == 15_000
    assert model.objectives.adversarial.gradient_penalty == 0.01
    assert model.segmentor.decode_head.dropout_ratio == 0.1
    assert model.segmentor.aux_weight == 0.5


@pytest.mark.parametrize(
    "leaf", [leaf for leaf, task, _ in LEAVES if task == "synthia"]
)
def test_synthia__best_is_chosen_by_its_16_classes(leaf):
    cfg = Config.fromfile(CONFIGS / leaf)
    assert cfg.default_hooks.checkpoint.save_best == "mIoU16"
    (hook,) = [hook for hook in cfg.custom_hooks if hook.type == "ResultHook"]
    assert hook.key == "mIoU16"
    assert cfg.val_evaluator.subsets == "synthia"
