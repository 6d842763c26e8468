"""The file that rankings are kept in, one entry a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmseg_uda.utils.atomic_files import write_json

OTHERS = "other_runs"


class RankingFile:
    """Rankings of checkpoints, of which those measured before are taken over.

    What the file has of other checkpoints, or with other settings, stays in it, under
    ``other_runs``.

    Args:
        path: The file, which need not exist.
        wanted: What decides the ranking of each checkpoint, as JSON types, in order.

    Raises:
        ValueError: If there is a file that holds something else.
    """

    def __init__(self, path: Path, wanted: Sequence[Mapping[str, Any]]) -> None:
        self.path = path
        before = _runs(path)
        self._runs: list[dict | None] = [
            next((run for run in before if run["settings"] == settings), None)
            for settings in wanted
        ]
        self._others = [run for run in before if run["settings"] not in [*wanted]]

    def is_measured(self, index: int) -> bool:
        """Whether the ranking of a checkpoint is there."""
        return self._runs[index] is not None

    def put(self, index: int, run: dict) -> None:
        """Take in the ranking of a checkpoint, with its ``settings``."""
        self._runs[index] = run

    @property
    def runs(self) -> list[dict]:
        """The rankings that are there, in order."""
        return [run for run in self._runs if run is not None]

    def write(self, header: Mapping[str, Any]) -> dict:
        """Write what is there behind a header, and return all of it."""
        content = {**header, "runs": self.runs, OTHERS: self._others}
        write_json(self.path, content)
        return content


def _runs(path: Path) -> list[dict]:
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_bytes())
        runs = [*content["runs"], *content.get(OTHERS, [])]
        if all("settings" in run and "scores" in run for run in runs):
            return runs
    except (ValueError, KeyError, TypeError):
        pass  # said below
    raise ValueError(
        f"{path} is no file of rankings; choose another --out, or move it away"
    )
