"""Warnings and errors that stand in the logs of a stage."""

import re

from ..stage_record import StageRecord
from .finding import CAUTION, PROBLEM, Finding

_LINE = re.compile(
    r"\d{4}/\d\d/\d\d [\d:]{8} - mmengine - (?P<level>WARNING|ERROR) - (?P<text>.+)"
)
# said by mmengine at every start, about nothing that the user could change
_FOREIGN = (
    "The prefix is not set in metric class",
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)
_SHOWN = 300  # characters of a message


def log_findings(stage: StageRecord) -> list[Finding]:
    """Return the warnings and errors of a stage's logs, each once."""
    counts: dict[tuple[str, str], int] = {}
    for log in stage.logs:
        with open(log, errors="replace") as lines:
            for match in filter(None, map(_LINE.match, lines)):
                said = (match["level"], match["text"].strip())
                if not said[1].startswith(_FOREIGN):
                    counts[said] = counts.get(said, 0) + 1
    return [
        Finding(
            "log",
            PROBLEM if level == "ERROR" else CAUTION,
            stage.name,
            f"The log says{_times(count)}: {_short(text)}",
            f"See {stage.logs[-1].name} in the folder of the stage.",
        )
        for (level, text), count in counts.items()
    ]


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."
