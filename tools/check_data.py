"""Check every data set of a config and print what it holds.

Usage: ``python tools/check_data.py CONFIG [--full] [--source-root DIR]
[--target-root DIR] [--cfg-options KEY=VALUE ...]``
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import DictAction
from mmengine.registry import init_default_scope
from prettytable import PrettyTable

from mmseg_uda.datasets.preflight import DatasetReport, check_dataloader
from mmseg_uda.engine.stages import explained_errors
from mmseg_uda.engine.stages.overrides import set_roots
from mmseg_uda.engine.stages.resolve import load_config


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="config file")
    parser.add_argument(
        "--full",
        action="store_true",
        help="decode every file (default: 200 samples of each data set)",
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )
    parser.add_argument("--source-root", help="folder of the source data")
    parser.add_argument("--target-root", help="folder of the target data")
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=DictAction,
        help="settings that override the config, as key=value",
    )
    return parser.parse_args()


def main() -> int:
    """Check the dataloaders of every stage; return 1 if one has a problem."""
    args = parse_args()
    with explained_errors(args.debug):
        return check_all(args)


def check_all(args: argparse.Namespace) -> int:
    """Check and print; return 1 if a data set has a problem."""
    table = PrettyTable(
        ["split", "domain", "images", "labels", "size", "decoded", "absent classes"]
    )
    failed, seen = False, []
    for split, loader in _dataloaders(args.config, args):
        if loader in seen:
            continue
        seen.append(loader)
        try:
            for report in check_dataloader(loader, None if args.full else 200):
                table.add_row([split, *_row(report)])
        except (FileNotFoundError, ValueError) as error:
            failed = True
            print(f"{split}: {error}\n", file=sys.stderr)
    print(table)
    return int(failed)


def _dataloaders(path: str, args: argparse.Namespace) -> Iterator[tuple[str, dict]]:
    """Yield the name and config of the dataloaders of a config and its stages."""
    cfg = load_config(Path(path))
    set_roots(cfg, args.source_root, args.target_root)
    cfg.merge_from_dict(args.cfg_options or {})
    init_default_scope(cfg.get("default_scope", "mmseg"))
    for stage in (cfg.get("stages") or {}).values():
        if stage and stage.get("config"):
            other = Path(path).parent / stage["config"]
            yield from _dataloaders(str(other), args)
    for split in ("train", "val", "test"):
        if cfg.get(f"{split}_dataloader"):
            yield split, cfg[f"{split}_dataloader"].to_dict()


def _row(report: DatasetReport) -> list:
    smallest, largest = (
        "x".join(map(str, s)) for s in (report.smallest, report.largest)
    )
    return [
        report.name,
        report.num_images,
        report.num_labels,
        smallest if smallest == largest else f"{smallest} to {largest}",
        report.num_read,
        (", ".join(report.absent) or "none") if report.num_labels else "-",
    ]


if __name__ == "__main__":
    sys.exit(main())
