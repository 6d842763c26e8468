"""The error that a user can act on."""

import difflib
from collections.abc import Iterable


class StageError(ValueError):
    """A run cannot go on for a reason that its user can act on."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the closest candidate, or ``""``."""
    close = difflib.get_close_matches(name, list(candidates), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
