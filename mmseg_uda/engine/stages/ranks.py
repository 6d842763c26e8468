"""Decisions that all processes of a run have to make alike."""

from collections.abc import Callable
from typing import Any

from mmengine.dist import broadcast_object_list, get_rank, is_distributed

from .errors import StageError, explanation


def on_rank_zero(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function on rank 0 and hand its result to every rank.

    An error of rank 0 is raised on every rank, so that none waits for the others.
    The result must be picklable.
    """
    if not is_distributed():
        return function(*args, **kwargs)
    result, error = None, None
    if get_rank() == 0:
        try:
            result = function(*args, **kwargs)
        except Exception as caught:
            error = caught
    told = None if error is None else explanation(error) or repr(error)
    box = [result, told]
    broadcast_object_list(box)
    if error is not None:
        raise error
    if box[1] is not None:
        raise StageError(box[1])
    return box[0]


def say(message: str) -> None:
    """Print on rank 0 only."""
    if get_rank() == 0:
        print(message, flush=True)
