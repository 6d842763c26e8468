"""Write one HTML page of a run, finished or still running.

It holds the method as its equation, the scores by stage and by class, every curve, what
was kept of the pseudo-labels, pictures before and after, and what looks wrong with the
remedy. Several runs come side by side.
"""

import argparse

from .begin import begun
from .command_line import add_debug
from .request_options import add_device, at_least

_SAMPLES = 4


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folder of a run: work_dirs/mine"
    )
    parser.add_argument(
        "--against",
        metavar="RUN",
        help="folder of another run to compare with, such as the source-only control "
        "(default: the run's own first training stage)",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="the page (default: report.html in the folder of the first run)",
    )
    parser.add_argument(
        "--samples",
        type=at_least(0),
        default=_SAMPLES,
        metavar="N",
        help="validation images to predict and show, of the target where there is no "
        "validation; 0 for none, which is quick (default: %(default)s)",
    )
    add_device(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Write the page."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_report import report

        report(args.runs, args.against, args.out, args.samples, args.device)
