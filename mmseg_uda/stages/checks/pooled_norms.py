"""Batch norm of single values: heads that pool to one pixel, on one image a domain."""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.dist import get_world_size
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmseg_uda.models.objectives import ImageAdversarial, ImageReconstruction
from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.models.segmentors.domain_wiring import domains_seen
from mmseg_uda.structures.seg_heads import head_logits, segmentation_heads

from ..errors import StageError

_SIDE = 128  # pixels; of what is not pooled, more than one is left
_OF_IMAGES = (ImageAdversarial, ImageReconstruction)


def check_pooled_norms(model: nn.Module, cfg: Mapping[str, Any]) -> None:
    """Refuse batches of one image a domain where batch norm needs several.

    Each domain goes through the network by itself, so what counts is its own number.

    Args:
        model: The built model; nothing is checked but for a :class:`UDASegmentor`.
        cfg: Config of its training.

    Raises:
        StageError: If a domain has one image in a batch, and a head pools it to one
            pixel in front of a batch norm that is trained.
    """
    if not isinstance(model, UDASegmentor):
        return
    loader = cfg["train_dataloader"]
    counts = (loader.get("sampler") or {}).get("samples_per_domain") or {}
    single = [name for name in sorted(_learnt_from(model)) if counts.get(name) == 1]
    pooled = _pooled(model) if single else None
    if pooled is None:
        return
    raise StageError(
        f"{pooled} is a batch norm behind a pooling to one pixel, and of the "
        f"domain(s) {', '.join(single)} a batch holds one image: over a single value "
        "there is nothing to normalise ('Expected more than 1 value per channel'). Set "
        "train_dataloader.sampler.samples_per_domain (and batch_size) to 2 of each or "
        "more, or another norm in that head: norm_cfg=dict(type='GN', num_groups=32)"
    )


def _learnt_from(model: UDASegmentor) -> set[str]:
    """Name the domains whose images go through the segmentor in training."""
    return {
        domain
        for objective in model.objectives.values()
        if not isinstance(objective, _OF_IMAGES)
        for _, domain in domains_seen(objective, model.views, model.maps)
    }


def _pooled(model: UDASegmentor) -> str | None:
    """Name a batch norm that is trained on one pixel of an image, None if none is."""
    was_training = model.training
    model.train()
    norms = {
        name: module
        for name, module in model.segmentor.named_modules()
        if isinstance(module, _BatchNorm) and module.training
    }
    model.train(was_training)
    if get_world_size() > 1:  # that one counts the images of all processes
        norms = {n: m for n, m in norms.items() if not isinstance(m, nn.SyncBatchNorm)}
    if not _may_pool(model.segmentor, norms):
        return None
    found: list[str] = []
    hooks = [
        norm.register_forward_pre_hook(
            lambda _, inputs, name=name: (
                found.append(name) if inputs[0][0, 0].numel() == 1 else None
            )
        )
        for name, norm in norms.items()
    ]
    try:
        _try(model)
    finally:
        for hook in hooks:
            hook.remove()
    return f"model.segmentor.{found[0]}" if found else None


def _may_pool(segmentor: nn.Module, norms: Mapping[str, nn.Module]) -> bool:
    """Whether a look is worth its time: backbones without a pooling need none."""
    backbone = getattr(segmentor, "backbone", None)
    modules = backbone.modules() if backbone is not None else ()
    pools = any(isinstance(module, nn.AdaptiveAvgPool2d) for module in modules)
    return bool(norms) and (pools or any("backbone." not in name for name in norms))


@torch.no_grad()
def _try(model: UDASegmentor) -> None:
    """Run backbone and heads on an empty image, in evaluation."""
    image = torch.zeros(1, 3, _SIDE, _SIDE)
    segmentor, was_training = model.segmentor, model.training
    model.eval()
    try:
        feats = segmentor.extract_feat(image)
        for head in segmentation_heads(segmentor).values():
            head_logits(head, feats, image.shape, segmentor.test_cfg)
    except (RuntimeError, ValueError, AssertionError, TypeError, AttributeError):
        return  # it takes none of that size
    finally:
        model.train(was_training)
