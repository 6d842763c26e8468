"""Decisions that all processes of a run have to make alike."""

import warnings
from collections.abc import Callable
from typing import Any

from mmengine.config import Config
from mmengine.dist import broadcast_object_list, get_rank, init_dist, is_distributed

from mmseg_uda.engine.distributed import prepare_distributed

from .errors import StageError, explanation

# mmengine's own use of torch, and a guess about cores that containers mislead
_FOREIGN_WARNINGS = (
    ".*`broadcast_buffers` is deprecated",
    "This DataLoader will create",
)


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


def start_processes(launcher: str, cfg: Config) -> None:
    """Start the process group of a launcher, on GPUs or CPUs.

    Raises:
        ValueError: If what the launcher or the config asks for is not there.
    """
    for message in _FOREIGN_WARNINGS:
        warnings.filterwarnings("ignore", message)
    prepare_distributed(launcher, cfg)
    if launcher != "none" and not is_distributed():
        init_dist(launcher, **(cfg.get("env_cfg") or {}).get("dist_cfg", {}))


def say(message: str) -> None:
    """Print on rank 0 only."""
    if get_rank() == 0:
        print(message, flush=True)
