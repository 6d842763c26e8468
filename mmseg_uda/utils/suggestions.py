"""What somebody who mistyped a name may have meant."""

import difflib
from collections.abc import Collection, Iterable


def did_you_mean(name: object, known: Iterable[object], cutoff: float = 0.6) -> str:
    """Return ``" Did you mean 'x'?"`` for the closest known name, or ``""``.

    Args:
        name: What was written.
        known: What there is.
        cutoff: How alike they must be, in [0, 1].
    """
    names = [str(other) for other in known]
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=cutoff)
    return f" Did you mean '{close[0]}'?" if close else ""


def check_choice(name: str, value: object, allowed: Collection[object]) -> None:
    """Refuse a value that is none of the allowed ones.

    Args:
        name: What the value is for, as its error calls it.
        value: What was given.
        allowed: What may be given.

    Raises:
        ValueError: If ``value`` is not in ``allowed``.
    """
    if value not in list(allowed):  # a list: the value may have no hash
        raise ValueError(
            f"unknown {name} {value!r}, choose one of: {', '.join(map(str, allowed))}."
            + did_you_mean(value, allowed)
        )
