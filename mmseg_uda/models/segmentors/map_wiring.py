"""Finding the maps that lie behind maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch import nn


def maps_behind(names: Iterable[str], maps: Mapping[str, nn.Module]) -> list[str]:
    """Name maps and the maps that they are made of, each once."""
    found: dict[str, None] = {}
    for name in names:
        found[name] = None
        found.update(dict.fromkeys(maps_behind(maps[name].maps(), maps)))
    return list(found)
