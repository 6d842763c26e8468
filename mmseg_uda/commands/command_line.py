"""What the tools' command lines have in common."""

import argparse
import os
from typing import Any

from mmseg_uda.utils.key_values import KeyValueAction
from mmseg_uda.utils.shipped import config_file

#: What mmengine can start the processes of a run with.
LAUNCHERS = ("none", "pytorch", "slurm", "mpi")
_OVERRIDE = "override config entries"
FOR_STAGES = f"{_OVERRIDE}, for all stages or, as STAGE.KEY=VALUE, for one"


def add_config(
    parser: argparse._ActionsContainer, help: str = "config file", **more: Any
) -> None:
    """Add the config: a file, or one that comes along with the package."""
    parser.add_argument("config", type=config_file, help=help, **more)


def add_cfg_options(parser: argparse._ActionsContainer, help: str = _OVERRIDE) -> None:
    """Add ``--cfg-options KEY=VALUE ...``, None if there are none."""
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=KeyValueAction,
        metavar="KEY=VALUE",
        help=help,
    )


def add_launcher(parser: argparse._ActionsContainer) -> None:
    """Add ``--launcher``, and what launchers put on the command line themselves."""
    parser.add_argument(
        "--launcher",
        choices=LAUNCHERS,
        default="none",
        help="what started the processes of this run (default: %(default)s)",
    )
    parser.add_argument(
        "--local_rank",
        "--local-rank",
        type=int,
        action=_LocalRankAction,
        help=argparse.SUPPRESS,
    )


def add_debug(parser: argparse._ActionsContainer) -> None:
    """Add ``--debug``, which every tool has."""
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )


class _LocalRankAction(argparse.Action):
    """Puts what torch.distributed.launch passes where torchrun puts it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: int,
        option_string: str | None = None,
    ) -> None:
        """Set the variable, unless the launcher has."""
        os.environ.setdefault("LOCAL_RANK", str(values))
