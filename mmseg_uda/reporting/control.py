"""What a run is compared with, and which of its scores are shown beside it."""

import json
from collections.abc import Sequence
from dataclasses import replace

from .run_record import RunRecord
from .scores import BEST, SOURCE_ONLY, TEST, Column


def control_of(run: RunRecord, against: RunRecord | None) -> Column | None:
    """Return the scores that a run is compared with.

    These are the last ones of another run if one is given that has some; else those of
    its own stage on the source alone, or of its first one, if it has several.
    """
    if against is not None and against.scored:
        last = against.scored[-1]
        return Column(against.label, last.name, last.final, is_control=True)
    if len(run.scored) < 2:
        return None
    named = [s for s in run.scored[:-1] if s.name.startswith(SOURCE_ONLY)]
    first = (named or run.scored)[0]
    return Column(
        run.label, first.name, first.final, is_control=True, is_base=not named
    )


def columns_of(run: RunRecord, control: Column | None) -> list[Column]:
    """Return the columns of a run's tables: control, stages, best, and tests."""
    columns = [] if control is None else [control]
    for stage in run.scored:
        if control is None or (run.label, stage.name) != (control.run, control.stage):
            columns.append(Column(run.label, stage.name, stage.final))
    last = run.scored[-1] if run.scored else None
    if last is not None and last.best and last.best["iter"] != last.final["iter"]:
        columns.append(Column(run.label, last.name, last.best, kind=BEST))
    return [*columns, *_tests_of(run, columns)]


def _tests_of(run: RunRecord, shown: Sequence[Column]) -> list[Column]:
    """Return what ``mmseg-uda test`` has left in a run, if it is not shown already."""
    known = [{k: v for k, v in c.metrics.items() if k != "iter"} for c in shown]
    found = []
    for path in sorted(run.folder.glob("*/test_*.json")):
        try:
            metrics = json.loads(path.read_text()).get("metrics")
        except (ValueError, AttributeError):
            continue  # not ours
        if isinstance(metrics, dict) and metrics not in known:
            name = f"{path.parent.name}, {path.stem.removeprefix('test_')}"
            found.append(Column(run.label, name, metrics, kind=TEST))
    return found


def comparison_of(runs: Sequence[RunRecord], against: RunRecord | None) -> list[Column]:
    """Return the last scores of several runs, the first of them being the control.

    Args:
        runs: The runs; those without scores are left out.
        against: Another run that is the control, None for the first one.
    """
    columns = []
    for run in filter(None, [against, *runs]):
        if run.scored:
            last = run.scored[-1]
            columns.append(Column(run.label, last.name, last.final))
    return [replace(columns[0], is_control=True), *columns[1:]] if columns else []
