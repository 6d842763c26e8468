"""What the tools' command lines have in common."""

import argparse
import ast
import os
from collections.abc import Sequence

from mmengine.config import DictAction

#: What mmengine can start the processes of a run with.
LAUNCHERS = ("none", "pytorch", "slurm", "mpi")
_OVERRIDE = "override config entries"
_HOW = (
    "a dict is written {'key': 'text', 'other': 1}, with quotes around names and texts "
    "and without calls, or entry by entry, KEY.key=text KEY.other=1"
)
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


def add_toy_network(
    parser: argparse._ActionsContainer, default: str | None = None
) -> None:
    """Add ``--toy-network``: which small network ``--toy`` puts in a ResNet's place.

    Args:
        parser: Gets the option.
        default: What holds without it, for the help, if that is no fixed network.
    """
    from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK, NETWORKS

    parser.add_argument(
        "--toy-network",
        choices=list(NETWORKS),
        help="the small network of --toy: an EfficientNet-Lite0 with ImageNet weights, "
        "or a ResNet-18 of 8 channels with random ones "
        f"(default: {default or DEFAULT_NETWORK})",
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
                if _has_dict(pair):  # which mmengine would cut at its commas
                    self._set_literal(namespace, pair)
                else:
                    super().__call__(parser, namespace, [pair], option_string)
            except (AssertionError, ValueError, RecursionError) as error:
                # mmengine's recursion has no end where a comma follows f(
                told = _HOW if isinstance(error, RecursionError) else error
                parser.error(f"{option_string} {pair}: cannot read the value: {told}")

    def _set_literal(self, namespace: argparse.Namespace, pair: str) -> None:
        """Set a value with a dict in it, written as in Python.

        Raises:
            ValueError: If it is none.
        """
        key, _, text = pair.partition("=")
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError) as error:
            raise ValueError(_HOW) from error
        options = getattr(namespace, self.dest) or {}
        setattr(namespace, self.dest, {**options, key: value})


def _has_dict(pair: str) -> bool:
    """Whether a value is a dict, or a list that begins with one."""
    return pair.partition("=")[2].replace(" ", "").lstrip("[(").startswith("{")


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
