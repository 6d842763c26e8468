"""Every shipped config loads, describes itself, builds, steps and predicts."""

from pathlib import Path

import pytest
import torch
from helpers import NUM_CLASSES, make_batch, on_toycity
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from resolved import as_read, resolved
from timm_here import skipping
from torch import nn
from torch.testing import assert_close

from mmseg_uda.engine.toy import apply_toy
from mmseg_uda.models.objectives import RegionClassification
from mmseg_uda.regions import grid_shape
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.equation import as_equation, describe
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, compare_with_model

CONFIGS = Path(__file__).parents[1] / "configs"
LEAVES = sorted(
    path.relative_to(CONFIGS).as_posix()
    for path in CONFIGS.glob("*/*.py")
    if path.parent.name != "_base_"
)
SIZE = (96, 128)
MULTI_STAGE = [
    leaf
    for leaf in LEAVES
    if "\nstages = " in (CONFIGS / leaf).read_text()
    and not leaf.startswith(("fda/", "mlan/cr_al_it"))  # the last stage starts anew
]


def small(leaf: str) -> Config:
    cfg = as_read(CONFIGS / leaf)
    apply_toy(cfg)
    return cfg


def domains_of(cfg: Config) -> list[str]:
    domains = cfg.train_dataloader.dataset.domains
    return [name for name, domain in domains.items() if domain is not None]


def regions_of(domain, model):
    """Grid and number of the labels of patches that a model wants of a domain."""
    wanted = {}
    for objective in model.objectives.values():
        if isinstance(objective, RegionClassification) and objective.on == domain:
            head = model.heads[objective.head]
            grid = grid_shape(SIZE, head.patch_size)
            wanted[objective.labels] = (*grid, head.num_regions)
    return wanted


def test_leaves__are_all_found():
    assert "lcrf/mrnet_lcrf_gta.py" in LEAVES
    assert len(LEAVES) >= 8


@pytest.mark.parametrize("leaf", skipping(LEAVES))
def test_leaf__is_consistent(leaf):
    cfg = as_read(CONFIGS / leaf)
    loader = cfg.train_dataloader
    counts = [n for n in loader.sampler.samples_per_domain.values() if n]
    assert loader.batch_size == sum(counts)
    assert set(domains_of(cfg)) == {
        name for name, n in loader.sampler.samples_per_domain.items() if n
    }
    # the decay may end long after the run, never before
    schedules = cfg.param_scheduler
    if schedules is None:  # a constant rate
        return
    if isinstance(schedules, dict):  # one list for each optimizer
        schedules = [s for entry in schedules.values() for s in entry]
    ends = [s.end for s in schedules if s.type == "PolyLR"]
    assert min(ends) >= cfg.train_cfg.max_iters


@pytest.mark.parametrize("leaf", skipping(LEAVES))
def test_leaf__full_size_model_builds_and_describes_itself(leaf):
    cfg = resolved(CONFIGS / leaf)
    # mmseg's MiT computes with numbers while it is built
    with torch.device("cpu" if "mit_b0" in leaf else "meta"):
        model = MODELS.build(cfg.model)
    if "vgg16" in leaf:
        convs = [m for m in model.backbone.modules() if isinstance(m, nn.Conv2d)]
        assert len(convs) == 15  # 13 of VGG-16, fc6 and fc7
    elif leaf.startswith("retina/"):
        assert type(model.backbone).__name__ == "EfficientNetLite0"
    elif not leaf.startswith("backbones/"):
        depth = sum(len(getattr(model.backbone, f"layer{i}")) for i in range(1, 5))
        # the bottlenecks of a ResNet-101, and of a ResNet-50
        assert depth == (16 if leaf.startswith("aerial/") else 33)
    description = describe(model)
    text = as_equation(description)
    assert all(term["paper"] for term in description["terms"])
    for name in model.objectives:
        assert f"objective '{name}'" in text
    views = [model.views[name] for name in description["views"]]
    read = {getattr(v, key, None) for v in views for key in ("domain", "style")}
    # with the others a hook reads the images of the target
    own_statistics = leaf.split("/")[1].startswith("statistics_")
    read |= {"target"} if own_statistics else set()
    assert read - {None} == set(domains_of(cfg))


@pytest.mark.parametrize("leaf", skipping(LEAVES))
def test_leaf__two_steps_then_round_trip_and_predict(leaf):
    cfg = small(leaf)
    model = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    for objective in model.objectives.values():
        objective.begin_iters = 0
    domains = domains_of(cfg)
    datasets = cfg.train_dataloader.dataset.domains
    labelled = [name for name in domains if datasets[name].type != "CityscapesImages"]
    soft = {name: 19 for name in domains if datasets[name].get("soft")}
    regions = {name: regions_of(name, model) for name in domains}
    for step in range(2):
        inputs, samples = make_batch(
            domains,
            size=SIZE,
            labelled=labelled,
            seed=step,
            soft=soft,
            regions=regions,
            num_classes=min(NUM_CLASSES, model.num_classes),
        )
        loss, log = model.parse_losses(model.loss(inputs, samples))
        if step == 0:
            assert all(torch.isfinite(torch.as_tensor(v)) for v in log.values())
            loss.backward(retain_graph=True)
            without = [
                name
                for name, p in model.named_parameters()
                if p.requires_grad and (p.grad is None or not p.grad.any())
            ]
            # a squeeze of one unit may be dead for this batch, a whole part may not
            learns = any(sum(o.loss_weight.values()) for o in model.objectives.values())
            assert not learns or len(without) <= 0.03 * len(list(model.parameters()))
            model.zero_grad()
        wrapper.update_params(loss)
    _round_trip(model, cfg)
    _predicts(model.eval())


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    "control", ["source_only/source_only_adabn", "mlan/baseline_adabn"]
)
def test_adabn__changes_statistics_and_nothing_else(control, task):
    cfg = small(f"{control}_{task}.py")
    model = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inputs, samples = make_batch(["target"], size=(64, 96), labelled=[])
    for _ in range(2):
        loss, _ = model.parse_losses(model.loss(inputs, samples))
        wrapper.update_params(loss)
    after = model.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    statistics = {name for name in after if "running" in name or "tracked" in name}
    assert changed == statistics


@pytest.mark.parametrize("leaf", skipping(MULTI_STAGE))
def test_stages__hand_on_a_complete_network(leaf):
    resolver = Resolver(Request(CONFIGS / leaf, **on_toycity()))
    models = {
        stage.name: MODELS.build(resolver.stage_config(stage).model)
        for stage in resolver.stages
        if stage.trains
    }
    heirs = [s for s in resolver.stages if s.trains and s.weights_from is not None]
    assert heirs
    for stage in heirs:
        earlier = models[stage.weights_from].state_dict()
        report = compare_with_model(models[stage.name], earlier, TRAINING_PARTS)
        assert report.is_complete, str(report)


def _round_trip(model, cfg):
    other = MODELS.build(cfg.model)
    other.load_state_dict(model.state_dict())
    assert_close(dict(other.state_dict()), dict(model.state_dict()))


def _predicts(model):
    with torch.no_grad():
        (result,) = model.predict(torch.randn(1, 3, 64, 128))
    assert result.pred_sem_seg.data.shape == (1, 64, 128)
    assert result.seg_logits.data.shape[0] == model.num_classes
