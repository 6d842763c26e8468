"""Work that one process of a run does for all."""

from collections.abc import Callable
from typing import Any

from mmengine.dist import broadcast_object_list, get_rank, is_distributed


class RankZeroError(ValueError):
    """What the other ranks raise where rank 0 has failed; rank 0 says why."""


def on_rank_zero(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function on rank 0 and hand its result to every rank.

    An error of rank 0 is raised on every rank, so that none waits for the others: on
    rank 0 as it is, on the others by its text, since not every error can be pickled.
    The result must be picklable.

    Raises:
        RankZeroError: On the other ranks, if the function raised on rank 0.
    """
    if not is_distributed():
        return function(*args, **kwargs)
    result, error = None, None
    if get_rank() == 0:
        try:
            result = function(*args, **kwargs)
        except Exception as caught:
            error = caught
    told = None if error is None else f"{type(error).__name__}: {error}"
    box = [result, told]
    broadcast_object_list(box)
    if error is not None:
        raise error
    if box[1] is not None:
        raise RankZeroError(box[1])
    return box[0]
