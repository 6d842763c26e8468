"""Finding parts of a config."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine import hooks as mmengine_hooks
from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import HOOKS

from mmseg_uda.engine.hooks import (
    NoiseBoundHook,
    PaintPredictionsHook,
    ResultHook,
    WeightReportHook,
)
from mmseg_uda.engine.hooks.sample_hook import SampleHook

# hooks that look at a training and leave its weights alone, or that all trainings have
_WATCHING = (
    mmengine_hooks.CheckpointHook,
    mmengine_hooks.DistSamplerSeedHook,
    mmengine_hooks.EmptyCacheHook,
    mmengine_hooks.IterTimerHook,
    mmengine_hooks.LoggerHook,
    mmengine_hooks.NaiveVisualizationHook,
    mmengine_hooks.ParamSchedulerHook,
    mmengine_hooks.ProfilerHook,
    mmengine_hooks.RuntimeInfoHook,
    PaintPredictionsHook,
    ResultHook,
    SampleHook,
    SegVisualizationHook,
    WeightReportHook,
)


def bound_hooks(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the hooks of a config that find noise bounds."""
    return [node for node, kind in hooks_in(cfg) if issubclass(kind, NoiseBoundHook)]


def hooks_in(cfg: Mapping[str, Any]) -> Iterator[tuple[dict, type]]:
    """Yield the hooks of a config, with their classes, but for those that are none."""
    default, custom = cfg.get("default_hooks") or {}, cfg.get("custom_hooks") or []
    for node in (*default.values(), *custom):
        kind = _kind(node)
        if kind is not None:
            yield node, kind


def deciding_hooks(cfg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default hooks that may change weights, by their keys."""
    hooks = (cfg.get("default_hooks") or {}).items()
    kinds = {key: _kind(node) for key, node in hooks}
    return {
        key: node
        for key, node in hooks
        if kinds[key] is not None and not issubclass(kinds[key], _WATCHING)
    }


def _kind(node: Any) -> type | None:
    """Return the class of a hook of a config, None if it is none."""
    kind = node.get("type") if isinstance(node, Mapping) else None
    kind = HOOKS.get(kind) if isinstance(kind, str) else kind
    return kind if isinstance(kind, type) else None
