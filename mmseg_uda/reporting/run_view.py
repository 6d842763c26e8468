"""All that the page shows of one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .control import columns_of, control_of
from .findings import Finding, findings_of
from .run_facts import environment_of, last_written, told_environment
from .run_record import RunRecord
from .samples import Samples
from .score_tables import ScoreTables, score_tables
from .stage_record import StageRecord
from .stage_view import StageView, stage_view

#: Draws the samples of the last stage beside those of a first one.
Draw = Callable[[StageRecord, StageRecord | None, tuple[str, str]], Samples]


@dataclass(frozen=True)
class RunView:
    """A run as the page shows it.

    Args:
        label: What it is called.
        folder: Its folder.
        config: Name of the config of its last stage.
        state: States of its stages in one word.
        last_written: When a file of it was last written.
        environment: Packages and hardware.
        stages: Its stages.
        scores: Tables of its scores.
        findings: What looks wrong, the gravest first.
        samples: Pictures, None without.
        no_samples: Why there are none, empty if none were asked for.
    """

    label: str
    folder: str
    config: str
    state: str
    last_written: str
    environment: str
    stages: Sequence[StageView]
    scores: ScoreTables
    findings: Sequence[Finding]
    samples: Samples | None
    no_samples: str


def view_of(
    run: RunRecord, against: RunRecord | None = None, draw: Draw | None = None
) -> RunView:
    """Gather what the page shows of a run.

    Args:
        run: The run.
        against: Another run whose last scores it is compared with, None for its own
            first stage.
        draw: Draws the samples; None for no samples.

    Raises:
        ValueError: If a file of the run is damaged.
    """
    control = control_of(run, against)
    samples, why = _samples(run, against, draw)
    written = [t for t in map(last_written, run.stages) if t]
    configs = [s.config_file.name for s in run.stages if s.config_file]
    return RunView(
        label=run.label,
        folder=str(run.folder),
        config=configs[-1] if configs else "",
        state=_state(run),
        last_written=f"{max(written):%Y-%m-%d %H:%M}" if written else "",
        environment=told_environment(environment_of(run.trained)),
        stages=[stage_view(stage) for stage in run.stages],
        scores=score_tables(columns_of(run, control)),
        findings=findings_of(run, control),
        samples=samples,
        no_samples=why,
    )


def _state(run: RunRecord) -> str:
    """Return the state of a run: that of its stages, if it is the same for all."""
    states = [stage.state for stage in run.stages if stage.state != "not needed"]
    unlike = [state for state in states if state != "finished"]
    return unlike[0] if unlike else "finished"


def _samples(
    run: RunRecord, against: RunRecord | None, draw: Draw | None
) -> tuple[Samples | None, str]:
    """Draw samples, or say why that is not possible."""
    if draw is None:
        return None, ""
    able = [stage for stage in run.trained if stage.weights]
    if not able:
        return None, "no stage has a checkpoint yet"
    first, title = (able[0] if len(able) > 1 else None), ""
    if first is not None:
        title = first.name
    if against is not None and against.trained:
        first = against.trained[-1]
        title = f"{against.label}, {first.name}"
    try:
        return draw(able[-1], first, (title, able[-1].name)), ""
    except (ValueError, TypeError, OSError) as error:
        return None, str(error).strip().splitlines()[0]
