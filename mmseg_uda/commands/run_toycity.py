"""What ``mmseg-uda toycity`` draws."""

import argparse

from mmseg_uda.toycity import make_toycity
from mmseg_uda.toycity.formats import DEFAULT_COUNTS
from mmseg_uda.toycity.manifest import MANIFEST, read_domains
from mmseg_uda.toycity.sheet import draw_sheet


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
