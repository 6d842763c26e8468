"""The doctor: is all there that a training needs, and what should be changed?

Of a config: every data set, the shares of the classes, and what the config lacks. Of
folders (--source-images ...): what `mmseg-uda init` finds and would plan; nothing is
written. No label of the target's training images is looked at.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import FOR_STAGES, add_cfg_options, add_config, add_debug
from .folder_options import add_folders, add_plan_options, check_folders
from .request_options import add_device, add_root

_HOW_FOLDERS = (
    ". Folders are named by options: --source-images DIR --source-labels DIR "
    "--target-images DIR"
)
_FOLDERS = ("source_images", "source_labels", "target_images")


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config file, unless folders are given", nargs="?")
    parser.add_argument(
        "--full",
        action="store_true",
        help="decode every file (default: 200 samples of each data set)",
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help="decode again what an earlier call has decoded and has not changed since",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="also train three iterations of every stage with random weights, and tell "
        "how long the whole takes, and how much memory",
    )
    add_device(parser)
    add_debug(parser)
    add_root(parser, "source")
    add_root(parser, "target")
    add_cfg_options(parser, FOR_STAGES)
    group = parser.add_argument_group("folders in place of a config")
    add_folders(group, required=False)
    add_plan_options(group)
    args, more = parser.parse_known_args(argv)
    if more:
        hint = "" if more[0].startswith("-") else _HOW_FOLDERS
        parser.error(f"unrecognized arguments: {' '.join(more)}{hint}")
    _check(parser, args)
    return args


def _check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End with a message unless there is a config, or all folders."""
    given = [name for name in _FOLDERS if getattr(args, name) is not None]
    missing = [f"--{n.replace('_', '-')}" for n in _FOLDERS if n not in given]
    if args.config is not None and given:
        parser.error("a config names its folders: give it, or --source-images ...")
    if args.config is not None and Path(args.config).is_dir():
        parser.error(f"config '{args.config}' is a folder{_HOW_FOLDERS}")
    if args.config is None and missing:
        parser.error(f"a config is missing, or, for folders, {', '.join(missing)}")
    check_folders(parser, args)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_check import check_all, check_of_folders

        return check_all(args) if args.config else check_of_folders(args)
