"""One run of a benchmark, and the results of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .rows import Row

#: Entry of a result: the scores after the weights got the target's statistics.
WITH_STATISTICS = "with_statistics"


@dataclass(frozen=True)
class Run:
    """One training of one row.

    Args:
        row: The method.
        task: ``'gta'`` or ``'synthia'``.
        seed: Seed of everything random.
    """

    row: Row
    task: str
    seed: int

    @property
    def name(self) -> str:
        """Name of the run in the file of results, and of its folder."""
        stem = f"{self.row.config.rsplit('/', 1)[-1]}_{self.task}"
        label = f"_{self.row.label}" if self.row.label else ""
        return f"{stem}{label}/seed{self.seed}"


def results_of(
    row: Row, task: str, seeds: Sequence[int], results: Mapping[str, Mapping]
) -> list[Mapping]:
    """Return the results of a row by seed, without those that have not been run."""
    found = (results.get(Run(row, task, seed).name) for seed in seeds)
    return [result for result in found if result]


def scores_of(runs: Sequence[Mapping], which: str, metric: str) -> list[float]:
    """Return a score of those results that have it.

    Args:
        runs: Results.
        which: ``'final'``, ``'best'`` or :data:`WITH_STATISTICS`.
        metric: Such as ``'mIoU'``.
    """
    return [run[which][metric] for run in runs if run.get(which)]
