"""When, how long and on what a stage ran, from its records and logs."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from statistics import fmean

from .stage_record import RUNNING, StageRecord

_STAMP = "%Y%m%d_%H%M%S"  # mmengine's name of a training's log folder
# what is worth telling of what mmengine writes at the head of a log
_ENVIRONMENT = re.compile(
    r"^    (Python|PyTorch|MMEngine|OpenCV|CUDA available|GPU [\d,]+|seed): "
    r"(.+)$"
)
_HEAD = 120  # lines of a log
_RECENT = 10  # entries that the pace is taken from


def environment_of(stages: list[StageRecord]) -> dict[str, str]:
    """Return what the first log says of packages and hardware, by name."""
    logs = [log for stage in stages for log in stage.logs]
    for log in logs[:1]:
        with open(log, errors="replace") as lines:
            head = [line for line, _ in zip(lines, range(_HEAD), strict=False)]
        return _facts(head)
    return {}


def began(stage: StageRecord) -> datetime | None:
    """Return when a stage first began, None if nothing says so, or it has not."""
    if not (stage.started or stage.done):
        return None  # a folder is made, and written to, shortly before
    stamps = (_time_of(log.parent) for log in stage.logs)
    found = next(filter(None, stamps), None)
    record = stage.folder / "stage.json"
    if found is None and record.is_file():
        found = datetime.fromtimestamp(record.stat().st_mtime)
    return found


def last_written(stage: StageRecord) -> datetime | None:
    """Return when a file of the stage was last written, None if there is none."""
    times = []
    for file in chain(*(stage.folder.glob(depth) for depth in ("*", "*/*", "*/*/*"))):
        with suppress(FileNotFoundError):  # a run at work replaces its checkpoints
            times.append(file.stat().st_mtime)
    return datetime.fromtimestamp(max(times)) if times else None


def seconds_of(stage: StageRecord) -> float | None:
    """Return how long the last call worked on a finished stage."""
    return stage.done.get("seconds")


def duration(seconds: float) -> str:
    """Write seconds as ``4 min 10 s`` or ``2 h 5 min``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def progress(stage: StageRecord) -> str:
    """Say how far a training is, ``iteration 320 of 500``; empty for others."""
    length = length_of(stage)
    if stage.done and length:
        return f"{length:,} iterations"
    logged = [points[-1][0] for points in stage.scalars.values()]
    last = max([*logged, *(result["iter"] for result in stage.history)], default=None)
    if last is None:
        return ""
    if not length:
        return f"iteration {last:,}"
    times = [seconds for _, seconds in stage.scalars.get("time", ())][-_RECENT:]
    left = ""
    if stage.state == RUNNING and times:
        left = f", about {duration((length - last) * fmean(times))} left"
    return f"iteration {last:,} of {length:,}{left}"


def length_of(stage: StageRecord) -> int | None:
    """Return how many iterations a stage is to train, None if nothing says so."""
    text = stage.fingerprint.get("train_cfg.max_iters", "")
    return int(text) if text.isdigit() else None


def _facts(head: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in filter(None, map(_ENVIRONMENT.match, head)):
        found[match[1]] = match[2].split(" (")[0]
    return found


def _time_of(folder: Path) -> datetime | None:
    try:
        return datetime.strptime(folder.name, _STAMP)
    except ValueError:
        return None


def told_environment(facts: Mapping[str, str]) -> str:
    """Write what is known of the environment in one line."""
    return ", ".join(f"{name} {value}" for name, value in facts.items())
