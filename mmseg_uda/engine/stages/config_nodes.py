"""Finding parts of a config."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmseg.registry import HOOKS

from mmseg_uda.engine.hooks import NoiseBoundHook


def bound_hooks(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the hooks of a config that find noise bounds."""
    return [node for node, kind in hooks_in(cfg) if issubclass(kind, NoiseBoundHook)]


def hooks_in(cfg: Mapping[str, Any]) -> Iterator[tuple[dict, type]]:
    """Yield the hooks of a config, with their classes, but for those that are none."""
    default, custom = cfg.get("default_hooks") or {}, cfg.get("custom_hooks") or []
    for node in (*default.values(), *custom):
        kind = node.get("type") if isinstance(node, Mapping) else None
        kind = HOOKS.get(kind) if isinstance(kind, str) else kind
        if isinstance(kind, type):
            yield node, kind
