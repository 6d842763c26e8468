"""Work that one rank does for all."""

from collections.abc import Callable
from typing import TypeVar

from mmengine.dist import broadcast_object_list, get_rank

Result = TypeVar("Result")


def on_first_rank(work: Callable[[], Result]) -> Result:
    """Run a function on rank 0 and return its result on every rank.

    An exception of rank 0 is raised on every rank, so that none waits for ever.
    """
    outcome: list = [None, None]
    if get_rank() == 0:
        try:
            outcome[0] = work()
        except Exception as error:  # raised below, on every rank
            outcome[1] = error
    broadcast_object_list(outcome)
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]
