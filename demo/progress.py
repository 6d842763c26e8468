"""How far a training in another process is, as its log tells: one line."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

_LOOK_EVERY = 1.0  # seconds
_PRINT_EVERY = 20.0  # seconds, where lines cannot be redrawn
_STAGE = re.compile(r"^=== (\w+): ", re.MULTILINE)
# of mmengine's log, and of the lines while pseudo-labels are made
_STEP = re.compile(r"(?:Iter\(train\)\s+\[\s*|predicting [\w ]+: )(\d+)/(\d+)")
_SCORE = re.compile(r"Iter\(val\).*\bmIoU: ([\d.]+)")


@dataclass(frozen=True)
class Status:
    """How far a training is; ``score`` is the newest validation's mIoU in percent."""

    stage: str = "starts"
    done: int = 0
    total: int | None = None
    score: str = ""

    def __str__(self) -> str:
        steps = "" if self.total is None else f" {self.done}/{self.total}"
        return f"{self.stage}{steps}{self.score and f', {self.score}'}"


@dataclass
class Training:
    """A process that trains.

    Args:
        name: Its name for the user.
        process: The process.
        log: What it prints goes here.
        start: Bytes that were in the log before.
    """

    name: str
    process: subprocess.Popen
    log: Path
    start: int = 0

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def status(self) -> Status:
        """Say how far it is."""
        if not self.runs:
            code = self.process.returncode
            return Status("failed" if code else "is finished")
        with self.log.open("rb") as file:
            file.seek(self.start)
            return read_status(file.read().decode(errors="replace"))


def read_status(text: str) -> Status:
    """Find the newest stage, iteration and score in what a training has printed."""
    stages = list(_STAGE.finditer(text))
    if not stages:
        return Status()
    text = text[stages[-1].end() :]
    steps, scores = _STEP.findall(text), _SCORE.findall(text)
    done, total = map(int, steps[-1]) if steps else (0, None)
    score = f"mIoU {float(scores[-1]):.1f}" if scores else ""
    return Status(stages[-1][1], done, total, score)


def follow(training: Training, console: Console | None = None) -> None:
    """Show how far a training is until it has ended."""
    console = console or Console()
    if console.is_terminal:
        _redraw(training, console)
    else:
        _print(training, console)


def _redraw(training: Training, console: Console) -> None:
    """Keep one live line."""
    columns = (
        TextColumn("{task.fields[run]}"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[score]}"),
    )
    with Progress(*columns, console=console, refresh_per_second=2) as bars:
        task = bars.add_task("", run=training.name, score="", total=None)
        running = True
        while running:
            running = training.runs
            now = training.status()
            # a full bar at the end
            done, total = (now.done, now.total) if running else (1, 1)
            score = {"score": now.score} if now.score else {}
            bars.update(
                task, description=now.stage, completed=done, total=total, **score
            )
            if running:
                time.sleep(_LOOK_EVERY)


def _print(training: Training, console: Console) -> None:
    """Print a line now and then, if there is news."""
    told, when = Status(), time.monotonic()
    running = True
    while running:
        running = training.runs
        now = training.status()
        due = time.monotonic() - when >= _PRINT_EVERY or not running
        if now != told and due:
            told, when = now, time.monotonic()
            console.print(f"  {training.name:12s} {now}", highlight=False)
        if running:
            time.sleep(_LOOK_EVERY)
