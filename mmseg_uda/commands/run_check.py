"""What ``mmseg-uda check`` checks."""

import argparse
import sys
from collections.abc import Sequence

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

from .advice import Advice, shares_table
from .environment_line import environment_line
from .look_at_folders import look_at_folders
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
    before = DecodedBefore(None if args.anew else memory_folder())
    resolver = Resolver(request_of(args, "source_root", "target_root"))
    loaders = _dataloaders(args, resolver)
    print(environment_line())
    found = _Found(alone=len(resolver.stages) == 1)
    for stages, key, cfg in loaders:
        reports, errors = _check(cfg, key, None if args.full else 200, before)
        found.add(", ".join(stages), key, cfg, reports, errors)
    before.save()
    found.say(before)
    if args.dry_run and not found.failed:
        print(_dry_run(args))
    return int(found.failed)


class _Found:
    """What the data sets of a config hold, and what is wrong with them."""

    def __init__(self, alone: bool) -> None:
        self.failed = False
        self._table, self._notices = PrettyTable(_COLUMNS), []
        self._labelled: dict[str, DatasetReport] = {}
        self._advice = Advice(alone)

    def add(
        self,
        stages: str,
        key: str,
        cfg: Config,
        reports: Sequence[DatasetReport],
        errors: Sequence[Exception],
    ) -> None:
        """Add the data sets of a dataloader; errors are told at once."""
        split = key.removesuffix("_dataloader")
        for report in reports:
            self._table.add_row([stages, split, *_row(report)])
            if report.num_labels:
                self._labelled.setdefault(f"{split}, {report.name}", report)
            who = f"{stages}, {split}, {report.name}"
            self._notices += [f"{who}: {notice}" for notice in report.notices]
        for error in errors:
            self.failed = True
            print(f"{stages}, {split}: {error}\n", file=sys.stderr)
        if split == "train" and not errors:
            self._advice.look_at(stages, cfg, reports)

    def say(self, before: DecodedBefore) -> None:
        """Print what was found, and what could be better."""
        if before.num_reused:
            self._notices.append(
                f"{before.num_reused} of the samples were decoded by an earlier call "
                f"and have not changed since ({before.folder}); --anew decodes them "
                "again"
            )
        if self._table.rows:
            print("\n".join([str(self._table), *self._notices]))
        if self._labelled:
            print("shares of the labelled pixels that were decoded, %")
            print(shares_table(self._labelled))
        lines = [] if self.failed else self._advice.lines(self._labelled)
        if lines:
            print("\n".join(["what could be better:", *lines]))


def check_of_folders(args: argparse.Namespace) -> None:
    """Say what is found in folders, and what ``init`` would plan for them."""
    print(environment_line())
    look_at_folders(args)
    print("nothing was written: `mmseg-uda init` with --out writes a config of this")


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
        f"validation and pseudo-labels; {pace.memory_told()}"
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


def _dataloaders(
    args: argparse.Namespace, resolver: Resolver
) -> list[tuple[list[str], str, Config]]:
    """Return the dataloaders of all stages whose data are checked, each once.

    Returns:
        Names of the stages that use it, its key, and the config of the first.

    Raises:
        StageError: If the config, or an option, is wrong, or there is no dataloader.
    """
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
