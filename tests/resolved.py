"""Configs as training sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver


def resolved(path: Path, **request: Any) -> Config:
    """The config that a leaf is trained with, in the last of its stages."""
    resolver = Resolver(Request(path, **request))
    return resolver.stage_config([s for s in resolver.stages if s.trains][-1])


def as_read(path: Path) -> Config:
    """The config of a file; one that leaves entries open is filled in."""
    cfg = Config.fromfile(path)
    return resolved(path) if "own" in cfg else cfg
