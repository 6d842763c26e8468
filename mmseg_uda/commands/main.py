"""The command ``mmseg-uda``: one name for all commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from mmseg_uda.utils.quiet_libraries import quiet_libraries
from mmseg_uda.version import __version__

#: Name -> module and what it does.
COMMANDS = {
    "init": ("init", "look at your folders, and write a config for them"),
    "train": ("train", "train all stages of a config"),
    "test": ("test", "score a checkpoint"),
    "predict": ("predict", "predict a folder of images: masks, overlays, shares"),
    "report": ("report", "write one HTML page of a run: scores, curves, pictures"),
    "export": ("export", "write a network for mmseg, ONNX or torch.export"),
    "describe": ("describe_method", "print a config as the equation it minimises"),
    "check": ("check_data", "check every data set of a config"),
    "visualize": ("visualize", "draw predictions, confidence and maps"),
    "pseudo-labels": ("generate_pseudo_labels", "write pseudo-labels"),
    "adapt-bn": ("adapt_bn", "give a checkpoint the batch norm statistics of images"),
    "rank-maps": ("rank_maps", "measure which maps tell wrong pixels from right ones"),
    "region-labels": ("make_region_labels", "label the regions of a source"),
    "measure-regions": ("measure_region_labels", "measure what region labels cost"),
    "translate": ("translate_dataset", "write images with another look"),
    "convert": ("convert_checkpoint", "convert a checkpoint of the literature"),
    "toycity": ("make_toycity", "draw the embedded benchmark"),
    "benchmark": ("benchmark", "train rows and seeds, write page and picture"),
    "sweep": ("sweep", "vary an option, draw the scores over it"),
}


def main(command: str | None = None, argv: Sequence[str] | None = None) -> None:
    """Run a command, and exit with what it returns.

    Args:
        command: Its name; None if the first argument is.
        argv: The arguments; None for those of this process.

    Raises:
        SystemExit: Always.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if command is None:
        command, words = _named(words)
    _hide_gpus(words)
    quiet_libraries()
    module = import_module(f"mmseg_uda.commands.{COMMANDS[command][0]}")
    sys.exit(module.main(words))


def _named(words: list[str]) -> tuple[str, list[str]]:
    """Return the command that the first argument names, and the others."""
    first = words[0] if words else "--help"
    if first in ("-h", "--help"):
        print(_help())
        sys.exit(0 if words else 2)
    if first == "--version":
        print(f"mmseg_uda {__version__}")
        sys.exit(0)
    if first not in COMMANDS:
        close = get_close_matches(first, COMMANDS, 1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        print(f"mmseg-uda: there is no command '{first}'.{hint}", file=sys.stderr)
        print(f"There are: {', '.join(COMMANDS)}", file=sys.stderr)
        sys.exit(2)
    sys.argv = [f"{_caller()} {first}", *words[1:]]  # what messages show
    return first, words[1:]


def _caller() -> str:
    """Return how this process was called."""
    is_module = sys.argv[0].endswith("__main__.py")
    return "python -m mmseg_uda" if is_module else "mmseg-uda"


def _help() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:{width}}{does}" for name, (_, does) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: mmseg-uda COMMAND [arguments]; mmseg-uda COMMAND --help",
            "",
            *lines,
            "",
            "CONFIG is a file, or one that comes along: lcrf/mrnet_lcrf_gta.py",
        ]
    )


def _hide_gpus(words: Sequence[str]) -> None:
    """Hide GPUs for ``--device cpu``: torch looks for them once, when imported."""
    if "--device=cpu" in words or "--device cpu" in " ".join(words):
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
