"""How far trainings in other processes are, as their logs tell: one line each."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

_LOOK_EVERY = 1.0  # seconds
_PRINT_EVERY = 20.0  # seconds, of each training, where lines cannot be redrawn
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


def follow(trainings: Sequence[Training], console: Console | None = None) -> None:
    """Show how far the trainings are until all have ended."""
    console = console or Console()
    if console.is_terminal:
        _redraw(trainings, console)
    else:
        _print(trainings, console)


def _redraw(trainings: Sequence[Training], console: Console) -> None:
    """Keep one live line for each training."""
    columns = (
        TextColumn("{task.fields[run]}"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[score]}"),
    )
    with Progress(*columns, console=console, refresh_per_second=2) as bars:
        tasks = [bars.add_task("", run=t.name, score="", total=None) for t in trainings]
        running = True
        while running:
            running = any(training.runs for training in trainings)
            for task, training in zip(tasks, trainings, strict=True):
                now = training.status()
                steps = dict(completed=now.done, total=now.total)
                if not training.runs:  # a full bar
                    steps = dict(completed=1, total=1)
                score = {"score": now.score} if now.score else {}
                bars.update(task, description=now.stage, **steps, **score)
            if running:
                time.sleep(_LOOK_EVERY)


def _print(trainings: Sequence[Training], console: Console) -> None:
    """Print a line of each training now and then, if there is news."""
    told = {training.name: (Status(), time.monotonic()) for training in trainings}
    running = True
    while running:
        running = any(training.runs for training in trainings)
        for training in trainings:
            before, when = told[training.name]
            now = training.status()
            due = time.monotonic() - when >= _PRINT_EVERY or not training.runs
            if now != before and due:
                told[training.name] = (now, time.monotonic())
                console.print(f"  {training.name:12s} {now}", highlight=False)
        if running:
            time.sleep(_LOOK_EVERY)
