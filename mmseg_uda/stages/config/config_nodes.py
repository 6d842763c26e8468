"""Finding parts of a config."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mmengine import hooks as mmengine_hooks
from mmengine.config import Config
from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import HOOKS

from mmseg_uda.engine import hooks as own_hooks
from mmseg_uda.engine.hooks import NoiseBoundHook
from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError

# what mmengine makes itself where a config says nothing, and leaves out at None
_OF_MMENGINE = (
    "runtime_info",
    "timer",
    "sampler_seed",
    "logger",
    "param_scheduler",
    "checkpoint",
)
HOOK_NAMES = (*_OF_MMENGINE, "visualization")  # which mmseg's schedules have
# Hooks that look at a training and leave its weights alone, or that all trainings have.
# One that is derived from these may do anything.
_WATCHING = {
    mmengine_hooks.CheckpointHook,
    mmengine_hooks.DistSamplerSeedHook,
    mmengine_hooks.EmptyCacheHook,
    mmengine_hooks.IterTimerHook,
    mmengine_hooks.LoggerHook,
    mmengine_hooks.NaiveVisualizationHook,
    mmengine_hooks.ParamSchedulerHook,
    mmengine_hooks.ProfilerHook,
    mmengine_hooks.RuntimeInfoHook,
    own_hooks.AtomicCheckpointHook,
    own_hooks.PaintPredictionsHook,
    own_hooks.ResultHook,
    own_hooks.SampleMapsHook,
    own_hooks.SampleViewsHook,
    own_hooks.WeightReportHook,
    SegVisualizationHook,
}


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
    """Return the default hooks that may change weights, by their keys.

    None of ``param_scheduler`` among them: the learning rate stays what it is then.
    """
    found = {}
    for key, node in (cfg.get("default_hooks") or {}).items():
        kind = _kind(node)
        constant = key == "param_scheduler" and node is None
        if constant or (kind is not None and kind not in _WATCHING):
            found[key] = node
    return found


def stopping(cfg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what decides when a training stops by its scores; None if it does not."""
    early = mmengine_hooks.EarlyStoppingHook
    if not any(issubclass(kind, early) for _, kind in hooks_in(cfg)):
        return None
    loop = cfg.get("train_cfg") or {}
    return {
        "every": loop.get("val_interval"),
        "from": loop.get("val_begin"),
        "images": (cfg.get("val_dataloader") or {}).get("dataset"),
        "evaluator": cfg.get("val_evaluator"),
    }


def leave_out_hooks(cfg: Config, known: Collection[str]) -> None:
    """Leave out the default hooks that are None, which mmengine has for its own alone.

    Args:
        cfg: Config of a stage, changed in place. An option for all stages may name a
            hook that this one does not have.
        known: Keys of ``default_hooks`` in its file.

    Raises:
        StageError: If a key looks like a misspelt one of those that there are.
    """
    hooks = cfg.get("default_hooks")
    if not isinstance(hooks, Mapping):
        return  # check_forms says so
    there = {*known, *HOOK_NAMES}
    out = [name for name, hook in hooks.items() if hook is None]
    for name in (name for name in out if name not in _OF_MMENGINE):
        meant = "" if name in there else did_you_mean(name, sorted(there))
        if meant:
            raise StageError(
                f"default_hooks.{name}=None takes out a hook that is not there.{meant}"
            )
        del hooks[name]


def _kind(node: Any) -> type | None:
    """Return the class of a hook of a config, None if it is none."""
    kind = node.get("type") if isinstance(node, Mapping) else None
    kind = HOOKS.get(kind) if isinstance(kind, str) else kind
    return kind if isinstance(kind, type) else None
