"""Print a config as the equation it minimises, stage by stage."""

from __future__ import annotations

import argparse

from .begin import begun
from .command_line import FOR_STAGES, add_cfg_options, add_config, add_debug


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser, "config file of a method")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    add_cfg_options(parser, FOR_STAGES)
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_describe import describe_stages

        return describe_stages(args)
