"""Starting the processes of a run, and speaking for all of them."""

import os
import sys
import warnings

from mmengine.config import Config
from mmengine.dist import get_rank, init_dist, is_distributed

from mmseg_uda.engine.distributed import prepare_distributed

# mmengine's own use of torch, and a guess about cores that containers mislead
_FOREIGN_WARNINGS = (
    ".*`broadcast_buffers` is deprecated",
    "This DataLoader will create",
)


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


def launched_rank() -> int:
    """Return the rank of this process, be its process group there yet or not."""
    # before the process group exists, only the launcher's variables tell
    return get_rank() or int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", 0)))


def warn(message: str) -> None:
    """Print a warning on rank 0 only, apart from what a tool prints itself."""
    if launched_rank() == 0:
        print(f"warning: {message}", file=sys.stderr, flush=True)


def say(message: str) -> None:
    """Print on rank 0 only."""
    if get_rank() == 0:
        print(message, flush=True)
