"""What the options of several kinds of stages have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

#: Which weights of a training: those at its end, or those of its best validation.
WHICH_WEIGHTS = ("final", "best")


def check_weights(weights: str) -> None:
    """Check an option that says which weights of another stage are taken.

    Raises:
        ValueError: If there are no such ones.
    """
    if weights not in WHICH_WEIGHTS:
        raise ValueError(
            f"weights must be one of {', '.join(WHICH_WEIGHTS)}, got {weights!r}"
        )


def names_in(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of stages that an option holds: none, one or several."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def without_none(value: Any) -> Any:
    """Remove the entries that a child config or the command line has set to None."""
    if not isinstance(value, Mapping):
        return value
    return {key: inner for key, inner in value.items() if inner is not None}
