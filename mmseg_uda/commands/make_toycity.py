"""Draw ToyCity, the embedded benchmark, to disk: see docs/toycity.md."""

import argparse

from mmseg_uda.commands.command_line import add_debug
from mmseg_uda.stages.explanations import explained_errors
from mmseg_uda.toycity import make_toycity
from mmseg_uda.toycity.formats import DEFAULT_COUNTS, DOMAINS
from mmseg_uda.toycity.manifest import MANIFEST, read_domains
from mmseg_uda.toycity.sheet import draw_sheet


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data/toycity", help="folder to fill")
    parser.add_argument(
        "--only", nargs="+", choices=DOMAINS, default=DOMAINS, help="domains to make"
    )
    parser.add_argument("--seed", type=int, default=0)
    for domain, splits in DEFAULT_COUNTS.items():
        for split, count in splits.items():
            text = f"pictures of {domain}, {split} (default {count})"
            flag = f"--num-{domain}-{split}"
            parser.add_argument(flag, type=int, default=count, help=text)
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument(
        "--overwrite", action="store_true", help="draw anew what an earlier run made"
    )
    parser.add_argument(
        "--sheet", metavar="FILE.png", help="only draw a contact sheet to this file"
    )
    add_debug(parser)
    return parser.parse_args(argv)


def print_classes(domains: dict[str, dict]) -> None:
    """Print the measured share of each class, per split, in percent."""
    from prettytable import PrettyTable

    table = PrettyTable(["% of labelled pixels"])
    table.align = "r"
    for domain, entry in domains.items():
        for split, shares in entry["class_percent"].items():
            if len(table.field_names) == 1:
                table.add_rows([[name] for name in shares])
            values = [f"{share:.2f}" for share in shares.values()]
            table.add_column(f"{domain} {split}", values)
    print(table)


def make(args: argparse.Namespace) -> None:
    """Draw the sheet, or the benchmark."""
    if args.sheet:
        print(f"Wrote {draw_sheet(args.sheet, args.seed)}")
        return
    given = vars(args)
    counts = {
        domain: {split: given[f"num_{domain}_{split}"] for split in splits}
        for domain, splits in DEFAULT_COUNTS.items()
    }
    out = make_toycity(
        args.out,
        only=args.only,
        seed=args.seed,
        counts=counts,
        workers=args.workers,
        overwrite=args.overwrite,
    )
    print_classes(read_domains(out / MANIFEST))
    print(f"ToyCity is at {out}")


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        make(args)


if __name__ == "__main__":
    main()
