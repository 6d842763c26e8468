"""How long a config trains, and all that counts in its iterations."""

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from .walk import dicts_in

HOOK_LISTS = ("default_hooks", "custom_hooks")
_SCHEDULE_KEYS = ("begin", "end", "T_max", "total_iters", "milestones")
_LOGS = 30  # lines that even a short run logs


def set_length(cfg: Config, iters: int) -> float:
    """Give a training another length, in place.

    All that counts in iterations is scaled by the same factor: validation and
    checkpoint intervals, schedules, ``*_iters`` of parts. Rates that decay reach their
    end with the run.

    Args:
        cfg: Config of a training.
        iters: Its length then, at least 1.

    Returns:
        The factor.
    """
    factor = iters / cfg.train_cfg.max_iters
    for node, keys in _counts(cfg):
        for key in keys:
            if key in node:
                node[key] = _scaled(node[key], factor)
    for node in dicts_in(cfg.get("param_scheduler")):
        # the papers stop long before their rates decay; a short run has to settle
        if isinstance(node.get("end"), int):
            node["end"] = min(node["end"], cfg.train_cfg.max_iters + 1)
    logger = (cfg.get("default_hooks") or {}).get("logger") or {}
    if "interval" in logger:
        logger["interval"] = min(logger["interval"], max(1, iters // _LOGS))
    return factor


def _counts(cfg: Config) -> list[tuple[dict, Sequence[str]]]:
    """The places of a config that count iterations, with the keys that do."""
    hooks = cfg.get("default_hooks") or {}
    places: list[tuple[dict, Sequence[str]]] = [
        (cfg.train_cfg, ("max_iters", "val_interval", "val_begin")),
        (hooks.get("checkpoint") or {}, ("interval",)),
    ]
    places += [(node, _SCHEDULE_KEYS) for node in dicts_in(cfg.get("param_scheduler"))]
    for name in ("model", *HOOK_LISTS):
        for node in dicts_in(cfg.get(name)):
            places.append((node, [k for k in node if str(k).endswith("_iters")]))
    return places


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, list | tuple):
        return [_scaled(entry, factor) for entry in value]
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return value
    return max(1, round(value * factor))
