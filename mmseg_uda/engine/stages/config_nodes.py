"""Finding parts of a config."""

from collections.abc import Mapping
from typing import Any

from mmseg_uda.engine.walk import dicts_in


def bound_hooks(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the hooks of a config that find noise bounds."""
    return [
        node
        for name in ("default_hooks", "custom_hooks")
        for node in dicts_in(cfg.get(name) or {})
        if node.get("type") == "NoiseBoundHook"
    ]
