"""What the tools' command lines have in common."""

import argparse
import os
from collections.abc import Sequence

from mmengine.config import DictAction

#: What mmengine can start the processes of a run with.
LAUNCHERS = ("none", "pytorch", "slurm", "mpi")
_OVERRIDE = "override config entries"
FOR_STAGES = f"{_OVERRIDE}, for all stages or, as STAGE.KEY=VALUE, for one"


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


def add_toy_network(parser: argparse._ActionsContainer) -> None:
    """Add ``--toy-network``: which small network ``--toy`` puts in a ResNet's place."""
    from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK, NETWORKS

    parser.add_argument(
        "--toy-network",
        choices=list(NETWORKS),
        help="the small network of --toy: an EfficientNet-Lite0 with ImageNet weights, "
        f"or a ResNet-18 of 8 channels with random ones (default: {DEFAULT_NETWORK})",
    )


def add_debug(parser: argparse._ActionsContainer) -> None:
    """Add ``--debug``, which every tool has."""
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )


class KeyValueAction(DictAction):
    """mmengine's ``KEY=VALUE ...``, with an error that shows the mistake."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Sequence[str],
        option_string: str | None = None,
    ) -> None:
        """Read the pairs, or end the program with a usage message."""
        for pair in values:
            if not pair.partition("=")[0] or "=" not in pair:
                parser.error(
                    f"{option_string} takes KEY=VALUE pairs, such as "
                    f"train_cfg.max_iters=1000, got '{pair}'"
                )
            try:
                super().__call__(parser, namespace, [pair], option_string)
            except (AssertionError, ValueError) as error:
                parser.error(f"{option_string} {pair}: cannot read the value: {error}")


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
