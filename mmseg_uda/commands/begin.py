"""How a command begins once its arguments are known to be right."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def begun(debug: bool, how_to_continue: str = "") -> Iterator[None]:
    """Import the parts, and explain what goes wrong from here on.

    That takes seconds, so what needs neither (a help text, a mistake in the arguments)
    comes before.

    Args:
        debug: Let every exception through with its traceback.
        how_to_continue: Printed after Ctrl-C.
    """
    import mmseg_uda.parts  # noqa: F401  registers all of them
    from mmseg_uda.stages import explained_errors

    # What is imported stays. mmengine collects garbage with every data set it builds,
    # and would look through all of that each time.
    gc.freeze()
    with explained_errors(debug, how_to_continue):
        yield
