"""What ``mmseg-uda convert`` does."""

import argparse

import mmseg_uda  # noqa: F401  registers the parts and quietens foreign noise
from mmseg_uda.utils.shipped import project
from mmseg_uda.weights.published.convert_file import (
    check_output,
    read_published,
    report_path,
    write_converted,
)
from mmseg_uda.weights.published.report import as_text
from mmseg_uda.weights.weight_files import check_is_file


def run(args: argparse.Namespace) -> None:
    """Convert, report, and write if there is somewhere to write to."""
    path = check_is_file(args.checkpoint)
    if args.out is not None:
        check_output(path, args.out, args.overwrite)
    conversion, config = read_published(path, project(), args.family, args.drop)
    print(as_text(conversion, config, with_keys=not args.quiet))
    if args.out is None:
        print("Nothing was written: give a second argument, the file to write.")
        return
    write_converted(path, args.out, conversion, config)
    print(f"Wrote {args.out}, and the report to {report_path(args.out)}")
    if config is not None:
        print(f"Next: {config.next_command(args.out)}")
