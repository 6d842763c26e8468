"""What ``mmseg-uda measure-regions`` measures."""

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmseg.registry import DATASETS
from prettytable import PrettyTable
from threadpoolctl import threadpool_limits

from mmseg_uda.regions.grids.fit_size import drawn_patches, fit_size
from mmseg_uda.regions.grids.label_files import LabelFiles
from mmseg_uda.regions.grids.layout import LABELS
from mmseg_uda.regions.grids.pool import worker_pool
from mmseg_uda.regions.grids.region_work import RegionWork
from mmseg_uda.stages import Resolver
from mmseg_uda.stages.kinds.region_grid import grid_stage
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.process_memory import watched_children

from .request_options import TOY, request_of

WORKERS = 2  # of which memory is measured


def seconds(function, *args) -> float:
    """Return the processor time of a call, which other processes don't change much."""
    begun = time.process_time()
    function(*args)
    return time.process_time() - begun


def measure_fit(work: RegionWork) -> PrettyTable:
    """Time the fit of each size on an eighth to all of its patches."""
    table = PrettyTable(["patches", "fitted in s", "grows to the power"])
    table.align = "r"
    for size, rule in work.built.items():
        points, before = drawn_patches(work, size)[0], None
        for part in (8, 4, 2, 1):
            count = len(points) // part
            taken = seconds(rule.fit, points[:count], work.seed)
            power = f"{np.log2(taken / before):.2f}" if before else ""
            table.add_row([f"{count} {size}", f"{taken:.1f}", power])
            before = taken
    return table


def work_of(args: argparse.Namespace, folder: Path) -> tuple[RegionWork, Sequence]:
    """Return the work that the command line asks for, and the classes' colours."""
    request = request_of(args, *TOY, "source_root")
    resolver = Resolver(request)
    stage = grid_stage(resolver)
    cfg = resolver.stage_config(stage)
    draw_toycity(request, [cfg])
    dataset = DATASETS.build(stage.data(cfg))
    more = {} if args.patches is None else {"max_patches": args.patches}
    rules = {size: {**plain(rule), **more} for size, rule in stage.rules.items()}
    files = LabelFiles(dataset, stage.scale)
    work = RegionWork(files, rules, dataset.metainfo["classes"], folder, seed=0)
    return work, dataset.metainfo["palette"]


def worker_memory(work: RegionWork, images: Sequence[int]) -> str:
    """Say what memory each of several processes takes that label images."""
    shutil.rmtree(work.folder / LABELS)  # or they would have nothing to do
    with worker_pool(work, WORKERS) as each, watched_children() as most:
        each("label_image", images, f"labelling in {WORKERS} processes")
    if not most.own:
        return "memory of a process that labels: not seen (only Linux tells)"
    return (
        f"memory of a process that labels: {most.own:.0f} MiB of its own at most, and "
        f"{most.shared:.0f} MiB that it shares with others"
    )


def measure(args: argparse.Namespace) -> None:
    """Measure everything and print it."""
    # so that no fit pays for it; not above, where each worker would
    import sklearn.cluster  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        work, palette = work_of(args, Path(folder))
        with threadpool_limits(limits=1):
            draw = sum(seconds(work.draw_part, part) for part in range(len(work.parts)))
            print(f"drawing patches: {draw / len(work.drawn_from):.3f} s an image")
            print(measure_fit(work))
            fit = sum(seconds(fit_size, work, size, palette) for size in work.rules)
            images = range(min(args.labelled, len(work.files)))
            begun = time.monotonic()
            label = sum(seconds(work.label_image, i) for i in images) / len(images)
            wall = (time.monotonic() - begun) / len(images)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        memory = worker_memory(work, images)
    most = max(rule.max_images for rule in work.built.values())
    drawn = min(most, args.images) * draw / len(work.drawn_from)
    total = drawn + fit + args.images * label
    print(f"fitting and drawing the montages: {fit:.1f} s")
    print(f"labelling: {label:.3f} s an image ({wall:.3f} s on the clock)")
    print(
        f"{args.images} images: {drawn:.0f} s to draw, {fit:.0f} s to fit, "
        f"{args.images * label:.0f} s to label; {total / 3600:.2f} h of processor "
        "time, of which all but the fit is divided by the number of processes"
    )
    print(f"peak memory of this process: {peak:.2f} GiB")
    print(memory)
