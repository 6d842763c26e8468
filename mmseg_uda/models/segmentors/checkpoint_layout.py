"""How the wrapper's state dict lies on disk: in one place, both ways.

In memory the wrapped segmentor's weights are called ``segmentor.backbone.*``; on disk
``backbone.*``, as plain mmseg calls them. The wrapper's own parts keep their names.
"""

from __future__ import annotations

from torch import nn

PREFIX = "segmentor."
PARTS = ("heads", "maps", "objectives", "views", "data_preprocessor")


def without_wrapper_prefix(
    module: nn.Module, state_dict: dict, prefix: str, local_metadata: dict
) -> dict:
    """State-dict hook: memory -> disk."""
    start = prefix + PREFIX
    for key in [key for key in state_dict if key.startswith(start)]:
        state_dict[prefix + name_in_file(key[len(prefix) :])] = state_dict.pop(key)
    return state_dict


def name_in_file(name: str) -> str:
    """Return what a weight is called on disk."""
    return name.removeprefix(PREFIX)


def to_wrapped_keys(state_dict: dict, prefix: str, *args: object) -> None:
    """Load pre-hook: disk (or memory) layout -> memory layout."""
    own = tuple(f"{prefix}{part}." for part in (*PARTS, "segmentor"))
    for key in list(state_dict):
        if key.startswith(prefix) and not key.startswith(own):
            state_dict[prefix + PREFIX + key[len(prefix) :]] = state_dict.pop(key)
