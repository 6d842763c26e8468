"""What ``mmseg-uda check`` checks."""

import argparse
import sys

from mmengine.config import Config
from prettytable import PrettyTable

from mmseg_uda.datasets.checks.decoded_before import DecodedBefore, memory_folder
from mmseg_uda.datasets.checks.each_domain import check_each_domain
from mmseg_uda.datasets.checks.loader_sizes import Batching, check_sizes
from mmseg_uda.datasets.preflight import DatasetReport
from mmseg_uda.planning.pace import measure_pace
from mmseg_uda.stages import Resolver, StageError
from mmseg_uda.stages.checks.classes import check_classes_unbuilt
from mmseg_uda.stages.checks.loaders import check_loader

from .environment_line import environment_line
from .request_options import request_of

_LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")


_COLUMNS = (
    "stage",
    "split",
    "domain",
    "images",
    "labels",
    "size",
    "decoded",
    "absent classes",
)


def check_all(args: argparse.Namespace) -> int:
    """Check and print; return 1 if a data set has a problem."""
    table, notices = PrettyTable(_COLUMNS), []
    failed = False
    before = DecodedBefore(None if args.anew else memory_folder())
    loaders = _dataloaders(args)
    print(environment_line())
    for stages, key, cfg in loaders:
        reports, errors = _check(cfg, key, None if args.full else 200, before)
        where, split = ", ".join(stages), key.removesuffix("_dataloader")
        for report in reports:
            table.add_row([where, split, *_row(report)])
            who = f"{where}, {split}, {report.name}"
            notices += [f"{who}: {notice}" for notice in report.notices]
        for error in errors:
            failed = True
            print(f"{where}, {split}: {error}\n", file=sys.stderr)
    before.save()
    if before.num_reused:
        notices.append(
            f"{before.num_reused} of the samples were decoded by an earlier call and "
            f"have not changed since ({before.folder}); --anew decodes them again"
        )
    if table.rows:
        print("\n".join([str(table), *notices]))
    if args.dry_run and not failed:
        print(_dry_run(args))
    return int(failed)


def _dry_run(args: argparse.Namespace) -> str:
    """Train a few iterations of every stage, and tell what the whole takes."""
    request = request_of(args, "source_root", "target_root", "device")
    pace = measure_pace(request)
    table = PrettyTable(["stage", "iterations", "seconds each", "hours"])
    table.align = "r"
    table.align["stage"] = "l"
    whole = 0.0
    for name, seconds in pace.seconds.items():
        hours = pace.iters[name] * seconds / 3600
        whole += hours
        table.add_row([name, pace.iters[name], f"{seconds:.2f}", f"{hours:.2f}"])
    return (
        f"{table}\nabout {whole:.2g} hours of training on {pace.device}, without "
        f"validation and pseudo-labels; {pace.memory_mib:.0f} MiB of memory"
    )


def _check(
    cfg: Config, key: str, max_full: int | None, before: DecodedBefore
) -> tuple[list[DatasetReport], list[Exception]]:
    """Check one dataloader as the training, or the test, of its stage does."""
    loader = cfg[key]
    try:
        check_loader(key, loader)
    except StageError as error:
        return [], [error]
    reports, errors = check_each_domain(loader, max_full, before)
    errors = errors + check_sizes(loader, reports, Batching.of(cfg, key))
    try:
        check_classes_unbuilt(cfg, key)
    except StageError as error:
        errors.append(error)
    return reports, errors


def _dataloaders(args: argparse.Namespace) -> list[tuple[list[str], str, Config]]:
    """Return the dataloaders of all stages whose data are checked, each once.

    Returns:
        Names of the stages that use it, its key, and the config of the first.

    Raises:
        StageError: If the config, or an option, is wrong, or there is no dataloader.
    """
    resolver = Resolver(request_of(args, "source_root", "target_root"))
    found: list[tuple[list[str], str, Config]] = []
    # what others look at is mostly that of a training, and told of that alone
    for stage in sorted(resolver.stages, key=lambda stage: not stage.trains):
        if not (stage.trains or (stage.reads and stage.looks_at_data)):
            continue
        cfg = resolver.stage_config(stage)
        for notice in resolver.left_out(stage):
            print(notice)
        for key in _LOADERS:
            loader = cfg.get(key)
            same = (stages for stages, k, other in found if loader == other[k])
            users = next(same, [])
            if loader and not users:
                found.append(([stage.name], key, cfg))
            elif loader and stage.trains and stage.name not in users:
                users.append(stage.name)
    if not found:
        raise StageError(
            f"{args.config} has no train_, val_ or test_dataloader to check. Files "
            "under configs/_base_ are parts; give a config that puts them together."
        )
    return found


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
