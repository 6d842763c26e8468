"""The share of a gap that a row closes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .rows import Row
from .run import Run


@dataclass(frozen=True)
class Gap:
    """The gap between two rows, such as source-only training and the oracle.

    Args:
        start: The row that has closed nothing of it.
        end: The row that has closed all.
    """

    start: Row
    end: Row

    def shares(
        self,
        row: Row,
        task: str,
        metric: str,
        seeds: Sequence[int],
        results: Mapping[str, Mapping],
        which: str = "final",
    ) -> list[float]:
        """Return the shares that a row closes, of runs of the same seed, in percent.

        A share is 100 * (row - start) / (end - start), of final scores. Seeds that lack
        one of the three runs, or whose gap is not positive, are left out.

        Args:
            row: The row.
            task: A key of :data:`TASKS`.
            metric: A metric of the task.
            seeds: Seeds that count.
            results: Results by name of the run.
            which: Score of ``row`` that counts; the gap is that of final scores always.
        """
        shares = []
        for seed in seeds:
            own, start, end = (
                results.get(Run(r, task, seed).name, {})
                for r in (row, self.start, self.end)
            )
            if not (own.get(which) and start and end):
                continue
            begin = start["final"][metric]
            width = end["final"][metric] - begin
            if width > 0:
                shares.append(100 * (own[which][metric] - begin) / width)
        return shares
