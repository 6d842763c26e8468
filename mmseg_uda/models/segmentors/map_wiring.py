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


def to_enlarge(name: str, maps: Mapping[str, nn.Module]) -> str:
    """Options that make a map, or those behind it, larger; empty if none does."""
    options = {m: maps[m].to_enlarge() for m in maps_behind([name], maps)}
    return " or ".join(f"{text} of map '{m}'" for m, text in options.items() if text)
