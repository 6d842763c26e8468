"""What one stage of a run has left in its folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.engine.hooks.result_hook import RESULT, read_result
from mmseg_uda.stages.run.record import DONE, STARTED, read_json

from .scalars import Series, read_scalars, without_validations

#: States of a stage.
FINISHED, RUNNING, INTERRUPTED = "finished", "running", "interrupted"
WAITING, NOT_BEGUN, NOT_NEEDED = "waiting", "not begun", "not needed"
UNKNOWN = "running or interrupted"

_LABELS = "pseudo_labels.json"


@dataclass(frozen=True)
class StageRecord:
    """A stage as its folder shows it; nothing is written there.

    Args:
        folder: Its folder, which need not exist.
        held: Whether a process is at work on it; None if that is not known.
        passed_over: Whether a later stage has begun without it.
    """

    folder: Path
    held: bool | None = None
    passed_over: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.folder.name

    @cached_property
    def started(self) -> Mapping[str, Any]:
        """What it was begun with; empty if it was not."""
        return read_json(self.folder / STARTED) or {}

    @cached_property
    def done(self) -> Mapping[str, Any]:
        """What it has made; empty if it is not finished."""
        return read_json(self.folder / DONE) or {}

    @property
    def state(self) -> str:
        """Its state, one of those above."""
        if self.done:
            return FINISHED
        if not self.started:
            waits = WAITING if self.held else NOT_BEGUN
            return NOT_NEEDED if self.passed_over else waits
        if self.held is None:
            return UNKNOWN
        return RUNNING if self.held else INTERRUPTED

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What decides its outcome, as dotted key -> repr."""
        return (self.done or self.started).get("fingerprint") or {}

    @property
    def made(self) -> set[str]:
        """Hashes of what it has made."""
        return {str(v) for key, v in self.done.items() if key.endswith("_hash")}

    @property
    def inputs(self) -> set[str]:
        """Hashes of what it takes of others."""
        known = self.fingerprint.items()
        return {value.strip("'") for key, value in known if key.startswith("inputs.")}

    @cached_property
    def labels(self) -> Mapping[str, Any] | None:
        """The report of the pseudo-labels that it made, None of another stage.

        Raises:
            ValueError: If it is damaged.
        """
        path = self.folder / _LABELS
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ValueError(
                f"{path} is damaged: it is not JSON ({error}). Run the stage again: "
                f"--restart-from {self.name}"
            ) from error

    @cached_property
    def config_file(self) -> Path | None:
        """The newest config that it ran with, in full; None if there is none."""
        files = self.folder.glob("*.py")
        return max(files, key=lambda file: file.stat().st_mtime_ns, default=None)

    @cached_property
    def logs(self) -> list[Path]:
        """Its logs, the oldest first; a resumed training has several."""
        return sorted(self.folder.glob("*/*.log"))

    @cached_property
    def scalars(self) -> Series:
        """What it logged while training, by name."""
        return without_validations(self._all_scalars)

    @cached_property
    def _all_scalars(self) -> list[dict]:
        return read_scalars(sorted(self.folder.glob("*/vis_data/scalars.json")))

    @cached_property
    def history(self) -> list[dict]:
        """Its validations, each ``{"iter": N, <metric>: value}``; None is not finite.

        Raises:
            ValueError: If the file of results is damaged.
        """
        result = read_result(self.folder / RESULT)
        if result is not None:
            return result["history"]
        kept = [e for e in self._all_scalars if "iter" not in e and "step" in e]
        apart = ("step", "time", "data_time")
        return [
            {"iter": e["step"], **{k: v for k, v in e.items() if k not in apart}}
            for e in kept
        ]

    @property
    def final(self) -> dict | None:
        """Its newest validation, the last one of a finished training."""
        return self.history[-1] if self.history else None

    @cached_property
    def best(self) -> dict | None:
        """The validation that its best checkpoint was kept at."""
        return (read_result(self.folder / RESULT) or {}).get("best")

    @property
    def best_file(self) -> str | None:
        """Name of its best checkpoint, None if it kept none."""
        files = sorted(path.name for path in self.folder.glob("best_*.pth"))
        return self.done.get("best") or (files[-1] if files else None)

    @property
    def trains(self) -> bool:
        """Whether it trains: it has curves, scores or a checkpoint."""
        return bool(self.history or self._all_scalars or "checkpoint_hash" in self.done)

    @property
    def weights(self) -> str:
        """Name of its newest weights, whole or not; empty if there are none."""
        names = [path.name for path in iteration_checkpoints(self.folder).values()]
        return self._recorded or (names[-1] if names else "")

    @cached_property
    def checkpoint(self) -> Path | None:
        """Its newest weights that are whole, None if there are none."""
        if self._recorded:
            return self.folder / self._recorded
        newest = find_resumable(self.folder)
        return None if newest is None else Path(newest)

    @property
    def _recorded(self) -> str | None:
        """The weights that its record names, if they are still there."""
        named = self.done.get("checkpoint")
        return named if named and (self.folder / named).is_file() else None
