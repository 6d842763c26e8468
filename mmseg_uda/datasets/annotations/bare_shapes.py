"""Shapes that cover no pixels, such as points and lines."""

import logging
from collections.abc import Sequence

from mmengine.logging import print_log

from ..folders import some

_ALLOWED = ("error", "leave out")


def check_bare(bare: str) -> None:
    """Check the option of that name.

    Raises:
        ValueError: If it is neither ``'error'`` nor ``'leave out'``.
    """
    if bare not in _ALLOWED:
        raise ValueError(f"bare must be 'error' or 'leave out', got {bare!r}")


def tell_bare(what: str, where: Sequence[str], bare: str, kinds: str) -> None:
    """Say that shapes which cover no pixels are left out.

    Args:
        what: Whose they are, for the message.
        where: What holds some.
        bare: The option.
        kinds: What they are called.

    Raises:
        ValueError: If there are some and that is an error.
    """
    if not where:
        return
    text = (
        f"{what} has a {kinds}, which covers no pixels, in {len(where)} of its images"
    )
    if bare == "error":
        raise ValueError(
            f"{text}: {some(where)}. Leave such shapes out: bare='leave out'"
        )
    print_log(f"left out: {text}", "current", logging.WARNING)
