"""Region labels of a data set, read from disk."""

from pathlib import Path

import numpy as np

from .layout import REPORT, grid_file
from .report import ANEW, damaged_report, read_grid, read_report


class FinishedLabels:
    """The label grids that a ``RegionGridStage`` has made.

    Args:
        folder: Folder of the stage.

    Raises:
        FileNotFoundError: If the folder is not finished.
        ValueError: If its report is damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        report = self.folder / REPORT
        if not report.is_file():
            raise FileNotFoundError(
                f"{folder} holds no finished region labels: it has no {REPORT}, which "
                "is written last. Run the stage or tools/make_region_labels.py again; "
                "it continues"
            )
        try:
            sizes = read_report(self.folder)["sizes"]
            self.rules = {size: dict(entry["rule"]) for size, entry in sizes.items()}
            self.patch_sizes = {
                size: tuple(rule["patch_size"]) for size, rule in self.rules.items()
            }
            self.grids = {size: tuple(entry["grid"]) for size, entry in sizes.items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise damaged_report(report, error) from error

    def read(self, size: str, label_name: str) -> np.ndarray:
        """Return the grid of a label file, (I, J) uint8, 255 = ignore.

        Args:
            size: A key of :attr:`patch_sizes`.
            label_name: Path of the label file below the label folder.

        Raises:
            ValueError: If there is none, or it is damaged.
        """
        path = grid_file(self.folder, size, label_name)
        grid = read_grid(path)
        if grid.shape != self.grids[size]:
            raise ValueError(
                f"{path} has {grid.shape} patches, {REPORT} says {self.grids[size]}: "
                f"it was made by something else. Delete it and {ANEW}"
            )
        return grid
