"""The first pass of a rule whose thresholds come from the whole set."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mmseg_uda.utils.atomic_files import write_json, write_npz

from .selection_rule import SelectionRule, Statistics


class RuleStatistics:
    """What a rule has observed, a file an image, and what it made of it.

    ``statistics/<image>.npz`` is there while the first pass goes on, so that an
    interrupted one goes on and memory holds one image at a time; then the thresholds
    stand in ``rule_state.json`` and the files are removed.

    Args:
        folder: Output folder of the pseudo-labels.
        names: Image paths relative to the image root, with forward slashes.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder / "statistics"
        self.state_file = folder / "rule_state.json"
        self.names = names

    def state(self) -> dict | None:
        """Return the saved state of the rule, None if there is none yet."""
        if not self.state_file.is_file():
            return None
        return json.loads(self.state_file.read_text())

    def pending(self) -> list[int]:
        """Return the indices of the images that have not been observed."""
        return [
            i for i, name in enumerate(self.names) if not self._path(name).is_file()
        ]

    def write(self, name: str, statistics: Statistics) -> None:
        """Keep the statistics of an image."""
        write_npz(self._path(name), **statistics)

    def read(self) -> Iterator[dict[str, np.ndarray]]:
        """Go through the statistics of all images, one at a time."""
        for name in self.names:
            with np.load(self._path(name), allow_pickle=False) as arrays:
                yield dict(arrays)

    def fit(self, rule: SelectionRule) -> dict:
        """Let the rule set its thresholds, save them, and return its state."""
        rule.fit(self.read)
        state = rule.state_dict()
        write_json(self.state_file, state)
        shutil.rmtree(self.folder, ignore_errors=True)
        return state

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"
