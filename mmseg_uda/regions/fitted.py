"""Kinds of regions that were found, read from disk."""

import json
import zipfile
from pathlib import Path

import numpy as np

from mmseg_uda.registry import REGIONS

ARRAYS = "regions.npz"
REPORT = "regions.json"


class FittedRegions:
    """Labels the patches of label maps with the kinds found by a ``RegionLabelStage``.

    Args:
        folder: Folder with ``regions.npz`` and ``regions.json``.

    Raises:
        FileNotFoundError: If the folder is not finished.
        ValueError: If a file is damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        report = Path(folder) / REPORT
        if not report.is_file():
            raise FileNotFoundError(
                f"{folder} holds no finished regions: it has no {REPORT}, which is "
                "written last. Run the stage that makes them again; it continues"
            )
        try:
            content = json.loads(report.read_text())
            self.rule_config = dict(content["rule"])
            self.rule = REGIONS.build(dict(self.rule_config))
            self.num_classes = len(content["classes"])
            with np.load(Path(folder) / ARRAYS, allow_pickle=False) as arrays:
                self.arrays = {name: arrays[name] for name in arrays}
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"the regions in {folder} cannot be read ({_short(error)}). Remove "
                "that folder and run the same command again: they are made anew"
            ) from error

    def label(self, labels: np.ndarray) -> np.ndarray:
        """Return the kind of each patch of a label map.

        Args:
            labels: (H, W), 0..K-1 or 255 = ignore.

        Returns:
            (I, J) uint8, 0..N-1 or 255 = ignore.
        """
        return self.rule.label(labels, self.num_classes, self.arrays)


def _short(error: Exception) -> str:
    """Say what is wrong, but not NumPy's advice to load files unsafely."""
    return str(error).partition(" If you trust the file")[0].rstrip(".")
