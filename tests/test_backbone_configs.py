"""Configs of other backbones: what their pages say of rates, sizes and weights."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from resolved import resolved
from timm_here import needs_timm, skipping

CONFIGS = Path(__file__).parents[1] / "configs"
NETWORKS = ("mit_b0", "convnext_tiny", "dinov2_small", "dinov2_base")
METHODS = ("source_only", "lcda", "lcda_adv", "lcda_lcrf")


def leaf(method, network):
    return CONFIGS / f"backbones/{method}_{network}_gta.py"


def test_leaves__are_every_method_on_every_network():
    wanted = {leaf(method, network) for method in METHODS for network in NETWORKS}
    assert set((CONFIGS / "backbones").glob("*.py")) == wanted


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", NETWORKS)
def test_leaf__differs_from_the_papers_in_network_optimizer_and_patches_alone(
    method, network
):
    own = resolved(leaf(method, network))
    paper = resolved(
        CONFIGS
        / dict(
            source_only="source_only/source_only_gta.py",
            lcda="lcda/lcda_gta.py",
            lcda_adv="lcda/lcda_adv_gta.py",
            lcda_lcrf="lcrf/lcda_adv_lcrf_gta.py",
        )[method]
    )
    for part in ("objectives", "maps", "heads"):
        assert own.model.get(part) == paper.model.get(part)
    if "dinov2" in network:
        return
    assert own.train_dataloader == paper.train_dataloader
    assert own.val_dataloader == paper.val_dataloader


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", ["dinov2_small", "dinov2_base"])
def test_patch14__all_sizes_are_multiples_of_14(method, network):
    cfg = Config.fromfile(leaf(method, network))
    sizes = set(_sizes(cfg.to_dict()))
    assert {(1008, 504), (252, 504)} <= sizes
    for size in sizes:
        assert not any(side % 14 for side in size), size
    stages = cfg.get("stages")
    if stages:
        assert stages.stage_one.config == f"lcda_{network}_gta.py"


def _sizes(value):
    if isinstance(value, dict):
        yield from (value[k] for k in ("scale", "crop_size") if k in value)
        value = value.values()
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        for item in value:
            yield from _sizes(item)


def groups_of(network):
    cfg = Config.fromfile(leaf("lcda_adv", network))
    cfg.model.segmentor.backbone.init_cfg = None
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        names[id(p)]: (group["lr"], group["weight_decay"])
        for group in wrapper["segmentor"].optimizer.param_groups
        for p in group["params"]
    }, wrapper["heads"].optimizer


def rates(found, **patterns):
    """The one rate of the parameters whose names contain a text, by text."""
    return {
        key: {lr for name, (lr, _) in found.items() if f".{text}" in name}
        for key, text in patterns.items()
    }


def test_mit__rates_and_weight_decay():
    found, heads = groups_of("mit_b0")
    for name, (lr, decay) in found.items():
        assert lr == pytest.approx(6e-4 if "_head." in name else 6e-5)
        vector = name.endswith("bias") or ".norm" in name or ".gn." in name
        assert decay == (0.0 if vector or _is_norm(name) else 0.01), name
    assert type(heads).__name__ == "Adam"
    assert {g["lr"] for g in heads.param_groups} == {1e-4}


def _is_norm(name):
    # MiT's second entry of a stage's list is blocks, its third a norm
    parts = name.split(".")
    return parts[:3] == ["segmentor", "backbone", "layers"] and parts[4] == "2"


@needs_timm
def test_vit__rates_fall_from_block_to_block():
    found, _ = groups_of("dinov2_small")
    start = "backbone.timm_model.model"
    by_part = rates(
        found,
        head="decode_head.",
        norm=f"{start}.norm.",
        last=f"{start}.blocks.11.",
        first=f"{start}.blocks.0.",
        patches=f"{start}.patch_embed.",
        tokens=f"{start}.cls_token",
        positions=f"{start}.pos_embed",
    )
    wanted = dict(head=10.0, norm=1.0, last=0.9, first=0.9**12)
    wanted |= dict.fromkeys(("patches", "tokens", "positions"), 0.9**13)
    assert by_part.keys() == wanted.keys()
    for key, factor in wanted.items():
        (rate,) = by_part[key]
        assert rate == pytest.approx(6e-5 * factor), key
    spared = {
        name.rpartition(".")[2] for name, (_, decay) in found.items() if not decay
    }
    assert {"pos_embed", "cls_token", "gamma", "bias"} <= spared
    assert found[f"segmentor.{start}.blocks.3.mlp.fc1.weight"][1] == 0.05


@needs_timm
def test_convnext__rates_fall_from_stage_to_stage():
    found, _ = groups_of("convnext_tiny")
    start = "backbone.timm_model"
    stages = {f"stage{i}": f"{start}.stages_{i}." for i in range(4)}
    by_part = rates(found, stem=f"{start}.stem_0.", **stages)
    for power, key in enumerate(("stage3", "stage2", "stage1", "stage0", "stem"), 1):
        (rate,) = by_part[key]
        assert rate == pytest.approx(1e-4 * 0.9**power), key


@pytest.mark.parametrize("network", skipping(["mit_b0", "dinov2_small"]))
def test_frozen_backbone__trains_the_heads_alone(network):
    cfg = Config.fromfile(leaf("lcda", network))
    cfg.model.segmentor.backbone.init_cfg = None
    # as the comment in the schedule says
    cfg.merge_from_dict(
        {
            "model.frozen": ["segmentor.backbone"],
            "optim_wrapper.segmentor.layer_decay": None,
            "optim_wrapper.segmentor.no_decay.names": None,
        }
    )
    model = MODELS.build(cfg.model).train()
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper).optimizer
    trained = {id(p) for group in optimizer.param_groups for p in group["params"]}
    heads = [model.segmentor.decode_head, model.segmentor.auxiliary_head]
    assert trained == {id(p) for head in heads for p in head.parameters()}
    assert not any(module.training for module in model.segmentor.backbone.modules())
    assert model.segmentor.decode_head.training
