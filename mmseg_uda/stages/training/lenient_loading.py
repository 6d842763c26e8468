"""mmengine's log of weights that fit in part, told in a line."""

import re
from collections import Counter
from collections.abc import Sequence

_START = "The model and loaded state dict do not match exactly"
_UNUSED = re.compile(r"^unexpected key in source state_dict: (.*)$", re.MULTILINE)
_MISSING = re.compile(r"^missing keys in source state_dict: (.*)$", re.MULTILINE)
_SHAPE = re.compile(r"size mismatch for ([\w.]+)")
_SHOWN = 5


def shortened(message: str) -> tuple[str, bool] | None:
    """Shorten what mmengine logs when weights fit a network in part.

    Args:
        message: A message of the log.

    Returns:
        One line that names what is left out, by its first name and number of tensors,
        and what the network misses; and whether it misses anything. None for any other
        message.
    """
    if not message.startswith(_START):
        return None
    unused, missing = _names(_UNUSED, message), _names(_MISSING, message)
    shapes = _SHAPE.findall(message)
    parts = []
    if missing or shapes:
        lost = [*missing, *shapes]
        more = ", ..." * (len(lost) > _SHOWN)
        parts.append(
            f"{len(lost)} tensors of the network are not in the file, or have another "
            f"shape there, and start from random numbers: {', '.join(lost[:_SHOWN])}"
            f"{more}"
        )
    if unused:
        counts = Counter(name.partition(".")[0] for name in unused)
        told = ", ".join(f"{name} ({n})" for name, n in counts.items())
        parts.append(f"left out, as the network has no such part: {told}")
    text = "; ".join(parts) or "they fit in part"
    return f"pretrained weights: {text}", bool(missing or shapes)


def _names(pattern: re.Pattern, message: str) -> Sequence[str]:
    found = pattern.search(message)
    return found[1].split(", ") if found else ()
