"""How far long work is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

Item = TypeVar("Item")

# A line after 10 s and then whenever a tenth of the time so far has passed again: about
# 60 lines for four hours, and 40 more for a week.
_FIRST_LINE = 10.0  # seconds
_THEN = 0.1


def with_progress(
    items: Iterable[Item], total: int, title: str, console: Console | None = None
) -> Iterator[Item]:
    """Go through items and show on the standard output how far that is.

    Args:
        items: What to go through.
        total: Number of items.
        title: What is done with them, e.g. ``'predicting labels'``.
        console: Where to show it; by default what is the standard output by now.
    """
    console = console or Console()
    shown = _with_bar if console.is_terminal else _with_lines
    yield from shown(items, total, title, console)


def _with_bar(
    items: Iterable[Item], total: int, title: str, console: Console
) -> Iterator[Item]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield from bar.track(items, total=total, description=title)


def _with_lines(
    items: Iterable[Item], total: int, title: str, console: Console
) -> Iterator[Item]:
    def say(done: int, rest: str) -> None:
        line = f"{title}: {done}/{total}, {rest}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    told = begun = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - told >= max(_FIRST_LINE, _THEN * (now - begun)):
            told = now
            say(done, f"{_clock((now - begun) * (total - done) / done)} left")
        yield item
    say(total, f"done in {_clock(time.monotonic() - begun)}")


def _clock(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds))
