"""Configs as training sees them."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver


def resolved(path: Path) -> Config:
    """The config that a leaf is trained with, in the last of its stages."""
    resolver = Resolver(Request(path))
    return resolver.stage_config([s for s in resolver.stages if s.trains][-1])
