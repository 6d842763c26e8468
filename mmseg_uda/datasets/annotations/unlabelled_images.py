"""Images for which annotations have no shape: not labelled yet, or background."""

from collections.abc import Sequence

from ..folders import some
from ..label_maps import IGNORE

_ALLOWED = ("error", "background", "leave out")


def check_unlabelled(unlabelled: str) -> None:
    """Check the option of that name.

    Raises:
        ValueError: If it is none of ``'error'``, ``'background'``, ``'leave out'``.
    """
    if unlabelled not in _ALLOWED:
        allowed = ", ".join(map(repr, _ALLOWED))
        raise ValueError(f"unlabelled must be one of {allowed}, got {unlabelled!r}")


def check_below(unlabelled: str, below: int) -> None:
    """Check that images that are all background have a class.

    Args:
        unlabelled: The option.
        below: Class of what no shape covers, 255 for none.

    Raises:
        ValueError: If there is none.
    """
    if unlabelled == "background" and below == IGNORE:
        raise ValueError(
            "unlabelled='background': there is no class 'background'; say with "
            "background=... which class it is"
        )


def check_shapes(
    what: str, empty: Sequence[str], unlabelled: str, num_samples: int
) -> None:
    """Check that images have shapes.

    Args:
        what: Whose images, for the message.
        empty: Names of those without.
        unlabelled: The option.
        num_samples: How many samples there are.

    Raises:
        ValueError: If some have none and that is an error, or all.
    """
    if empty and unlabelled == "error":
        raise ValueError(
            f"{what} has no shape for {len(empty)} image(s): {some(empty)}. Are "
            "they all background, unlabelled='background', or not labelled yet, "
            "unlabelled='leave out'?"
        )
    if not num_samples:
        raise ValueError(f"{what} has no shape for any image")
