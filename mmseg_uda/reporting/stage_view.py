"""All that the page shows of one stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmseg_uda.stages.told import Told

from .curves import Group, curve_groups
from .equations import equation_of
from .label_rows import LabelRow, label_rows
from .run_facts import began, duration, progress, seconds_of
from .stage_record import StageRecord


@dataclass(frozen=True)
class StageView:
    """A stage as the page shows it.

    Args:
        name: Its name.
        state: Its state.
        told: What it does.
        began: When it began, empty if unknown.
        took: How long it took, empty if unknown.
        progress: How far its training is.
        taken_from: Run that it was taken over from, empty if it was not.
        weights: Weights that it has left, empty without.
        groups: Its curves.
        labels: The report of its pseudo-labels, None without.
        label_rows: The same by class.
    """

    name: str
    state: str
    told: Told
    began: str
    took: str
    progress: str
    taken_from: str
    weights: str
    groups: Sequence[Group]
    labels: Mapping[str, Any] | None
    label_rows: Sequence[LabelRow]

    @property
    def curves(self) -> int:
        """How many curves it has."""
        return sum(len(group.charts) for group in self.groups)


def stage_view(stage: StageRecord) -> StageView:
    """Gather what the page shows of a stage.

    Raises:
        ValueError: If one of its files is damaged.
    """
    seconds, since = seconds_of(stage), began(stage)
    return StageView(
        name=stage.name,
        state=stage.state,
        told=equation_of(stage),
        began=f"{since:%Y-%m-%d %H:%M}" if since else "",
        took="" if seconds is None else duration(seconds),
        progress=progress(stage),
        taken_from=str(stage.done.get("taken_over_from") or ""),
        weights=stage.weights if stage.trains else "",
        groups=curve_groups(stage),
        labels=stage.labels,
        label_rows=[] if stage.labels is None else label_rows(stage.labels),
    )
