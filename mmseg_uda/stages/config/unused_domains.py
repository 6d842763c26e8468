"""Leaving out of a stage's batches the domains whose images nothing looks at."""

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmseg.registry import DATA_SAMPLERS, DATASETS, MODELS
from torch import nn

from mmseg_uda.datasets import MultiDomainDataset, MultiDomainSampler
from mmseg_uda.datasets.loader_config import check_domains_config, domains_of
from mmseg_uda.datasets.multi_domain_sampler import check_samples
from mmseg_uda.engine.walk import dicts_in
from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.models.segmentors import view_wiring as wiring
from mmseg_uda.models.segmentors.domain_wiring import views_seen
from mmseg_uda.models.segmentors.uda_segmentor import DEFAULT_VIEWS
from mmseg_uda.models.segmentors.wiring import build_parts
from mmseg_uda.registry import MAPS, OBJECTIVES, VIEWS
from mmseg_uda.utils.seeding import restored, used_gpus

_HOOKS = ("default_hooks", "custom_hooks")


def leave_out_unused(
    cfg: Config, filled: Collection[str], needed: Collection[str | None] = ()
) -> list[str]:
    """Take the domains that nothing looks at out of a config's batches, in place.

    The config becomes what it is where the file sets them to None itself; a
    ``batch_size`` that counts them is made smaller, one that does not is right already.
    Domains that hooks name stay, and so do those that take what other stages make. A
    config in which anything is wrong stays as it is: the checks of a stage say what.

    Args:
        cfg: Resolved config of a training stage.
        filled: Types of data sets and transforms that read what other stages make for
            that one.
        needed: Domains that stay in any case.

    Returns:
        A line for each domain left out.
    """
    try:
        unused = _unused(cfg, filled, needed)
    except Exception:  # anybody's part can fail in any way, and will again when checked
        return []
    return _without(cfg.train_dataloader, unused) if unused else []


def _without(loader: Config, unused: Sequence[str]) -> list[str]:
    """Take domains out of the batches of a dataloader, and say so of each."""
    counts, before = loader.sampler.samples_per_domain, loader.batch_size
    without = {name: counts.get(name) or 0 for name in unused}
    for name in unused:
        counts[name] = loader.dataset.domains[name] = None
    left = {name: count for name, count in counts.items() if count is not None}
    if before == sum(left.values()) + sum(without.values()):
        loader.batch_size = sum(left.values())
    told = _batch_as_text(left, without, before, loader.batch_size)
    return [
        f"domain '{name}' is left out of train_dataloader: no objective looks at it; "
        f"{told}"
        for name in unused
    ]


def _batch_as_text(
    left: Mapping[str, int], without: Mapping[str, int], before: int, now: int
) -> str:
    """Say what a batch is without the domains that are left out."""
    parts = " + ".join(f"{name} {count}" for name, count in left.items())
    if before == now:
        return f"a batch is {parts}"
    extra = " + ".join(f"{name} {count}" for name, count in without.items())
    return f"a batch is {parts} (batch_size={before} counted {extra}, too)"


def _unused(
    cfg: Config, filled: Collection[str], needed: Collection[str | None]
) -> list[str]:
    loader = cfg.get("train_dataloader") or {}
    if not (_samples_domains(loader) and _is(cfg.model, MODELS, UDASegmentor)):
        return []
    check_domains_config(loader)
    domains = domains_of(loader)
    named = _texts_in([cfg.get(hooks) for hooks in _HOOKS])
    with restored(used_gpus()):
        seen = _domains_seen(cfg.model, named)
    if not seen or not seen.issubset(domains):
        return []
    used = {*seen, *named, *needed, *_filled_in(domains, filled)}
    kept = {name: domain for name, domain in domains.items() if name in used}
    unused = [name for name in domains if name not in used]
    # what a batch would hold of the others must be told, or None
    counts = dict(loader["sampler"]["samples_per_domain"])
    told = {name: counts.pop(name, None) for name in unused}
    told = {name: count for name, count in told.items() if count is not None}
    check_samples(counts, kept)
    check_samples(told, told)
    return unused


def _samples_domains(loader: Mapping[str, Any]) -> bool:
    sampler = loader.get("sampler") or {}
    return (
        _is(loader.get("dataset") or {}, DATASETS, MultiDomainDataset)
        and _is(sampler, DATA_SAMPLERS, MultiDomainSampler)
        and bool(sampler.get("samples_per_domain"))
    )


def _is(config: Mapping[str, Any], registry: Any, kind: type) -> bool:
    given = config.get("type")
    return (registry.get(given) if isinstance(given, str) else given) is kind


def _domains_seen(model: Mapping[str, Any], named: Collection[str]) -> set[str]:
    """Name the domains behind a model's objectives, and behind what hooks name.

    Returns:
        The domains; none if they cannot be told.
    """
    model = copy.deepcopy(model)
    views = build_parts("view", model.get("views") or DEFAULT_VIEWS, VIEWS)
    maps = build_parts("map", model.get("maps"), MAPS)
    objectives = build_parts("objective", model.get("objectives"), OBJECTIVES)
    parts = [*objectives.values(), *(maps[name] for name in maps if name in named)]
    seen = [view for part in parts for view in views_seen(part, views, maps)]
    seen += wiring.views_behind(views, [name for name in views if name in named])
    if any(_is_unclear(views[name]) for name in seen):
        return set()
    return {domain for name in seen for domain in wiring.domains_of(views[name])}


def _is_unclear(view: nn.Module) -> bool:
    return not (wiring.domains_of(view) or wiring.views_of(view))


def _filled_in(domains: Mapping[str, Any], filled: Collection[str]) -> list[str]:
    """Name the domains that take what other stages make for a training stage."""
    return [
        name
        for name, domain in domains.items()
        if any(node.get("type") in filled for node in dicts_in(domain))
    ]


def _texts_in(node: Any) -> set[str]:
    """Return all texts in a value of a config."""
    if isinstance(node, str):
        return {node}
    inner: Any = ()
    if isinstance(node, Mapping):
        inner = node.values()
    elif isinstance(node, list | tuple):
        inner = node
    return {text for value in inner for text in _texts_in(value)}
