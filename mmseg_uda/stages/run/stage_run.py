"""What a stage is run with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.utils.ranks import on_rank_zero

from ..base_stage import BaseStage
from ..plan.resolve import Resolver
from ..ranks import say
from .bookkeeping import mark_begun
from .inputs import Inputs


@dataclass(frozen=True)
class StageRun:
    """What a stage is run with.

    Args:
        resolver: The run: all stages, their configs and folders.
        stage: The stage.
        cfg: Its config, resolved; may be changed.
        inputs: What it takes of others.
        resume_from: Its own checkpoint that it goes on from, if it trains.
        record: What is written down when it has begun.
    """

    resolver: Resolver
    stage: BaseStage
    cfg: Config
    inputs: Inputs
    resume_from: Path | None
    record: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Folder of the stage."""
        return self.resolver.folder(self.stage)

    def say(self, message: str) -> None:
        """Print a message under the name of the stage, once for all ranks."""
        say(f"{self.stage.name}: {message}")

    def tell(self, text: str) -> None:
        """Print a text of several lines, once for all ranks."""
        say(text)

    def begin(self, announcement: str) -> None:
        """Say what begins, and write down what with; every rank must call this."""
        say(f"\n=== {self.stage.name}: {announcement} ===")
        self.mark_begun()
        on_rank_zero(self.cfg.dump, str(self.folder / "config.py"))

    def mark_begun(self) -> None:
        """Write down what the stage is begun with; every rank must call this."""
        on_rank_zero(mark_begun, self.folder, self.record)
