"""What somebody who mistyped a name may have meant."""

import difflib
from collections.abc import Iterable


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
