"""Making the region labels of a data set."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.dist import barrier, get_rank, get_world_size

from mmseg_uda.utils.atomic_files import check_writable, remove_leftovers, write_json
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.ranks import on_rank_zero

from ..fitted import REPORT as FIT_REPORT
from .fit_size import fit_size
from .label_files import LabelFiles
from .layout import LABELS, PARTS, REPORT, SETTINGS
from .pool import default_workers, worker_pool
from .region_work import RegionWork
from .report import count_grids, read_report
from .settings import check_folder, settings_of


def make_region_labels(
    rules: Mapping[str, Mapping[str, Any]],
    dataset: BaseDataset,
    scale: Sequence[int],
    out_dir: str | Path,
    seed: int = 0,
    workers: int | None = None,
    shard: tuple[int, int] = (1, 1),
) -> dict[str, Any] | None:
    """Find the kinds of patches of a data set's labels, and label all of them.

    Patches of a random part of the images are drawn, each rule is fitted on them, then
    every image is labelled by itself; a pass over the label files serves all rules.
    What is there already is kept, so that a call that was killed goes on. All ranks of
    a distributed run call this and share the work. The files are the same for any
    number of ranks, workers and shards.

    Args:
        rules: Configs of a :class:`RegionRule` by the name of their size.
        dataset: Data set of this package with labels.
        scale: (width, height) that labels are resized to, in pixels.
        out_dir: Output folder; see docs/region_labels.md for what lies in it.
        seed: Seed of everything random.
        workers: Processes of each rank; None for those of :func:`default_workers`.
            Several need a main module that can be imported, as multiprocessing does;
            with 1 there is no other.
        shard: (i, n): label the i-th of n parts of the images, i in 1..n. Ranks divide
            it further.

    Returns:
        The report, which is also written, or None if images of other shards are still
        to be labelled.

    Raises:
        ValueError: If an option is out of range, a label cannot be read, there are no
            kinds to be found, or the folder was made with other settings.
        FileExistsError: If it holds something else.
        OSError: If the folder cannot be written.
    """
    _check(workers, shard, scale)
    folder = Path(out_dir)
    check_writable(folder, "--out (in training --work-dir)")
    files = LabelFiles(dataset, scale)
    classes = dataset.metainfo["classes"]
    work = RegionWork(files, plain(rules), tuple(classes), folder, seed)
    report = on_rank_zero(_prepare, work, shard)
    if report is not None:
        return report
    rank, ranks = get_rank(), get_world_size()
    with worker_pool(work, workers or default_workers()) as each:
        each("draw_part", _missing_parts(work)[rank::ranks], "drawing patches")
        barrier()
        on_rank_zero(_fit, work, dataset.metainfo["palette"])
        own = range(len(files))[shard[0] - 1 :: shard[1]][rank::ranks]
        each("label_image", _pending(work, own), "labelling patches")
    barrier()
    return on_rank_zero(_finish, work)


def _check(workers: int | None, shard: tuple[int, int], scale: Sequence[int]) -> None:
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be >= 1, got {workers}; leave it out for all")
    index, count = shard
    if not 1 <= index <= count:
        raise ValueError(
            f"shard must be i/n with i in 1..n, such as 1/4, got {index}/{count}"
        )
    if len(scale) != 2 or not all(isinstance(s, int) and s >= 1 for s in scale):
        raise ValueError(
            f"scale must be (width, height) in whole pixels, got {scale!r}"
        )


def _prepare(work: RegionWork, shard: tuple[int, int]) -> dict[str, Any] | None:
    """Check or write the settings; return the report of finished labels."""
    settings = settings_of(work)
    check_folder(work.folder, settings, alone=shard[1] == 1)
    if (work.folder / REPORT).is_file():
        return read_report(work.folder)
    if shard[1] == 1:  # else another machine may be writing right now
        for name in ("", PARTS, *work.rules):
            remove_leftovers(work.folder / name)
        remove_leftovers(work.folder / LABELS, below=True)
    write_json(work.folder / SETTINGS, settings)
    return None


def _missing_parts(work: RegionWork) -> list[int]:
    """Return the parts that are still to be drawn; none where all kinds are found."""
    if all((work.folder / size / FIT_REPORT).is_file() for size in work.rules):
        return []
    return [number for number, path in enumerate(work.parts) if not path.is_file()]


def _pending(work: RegionWork, images: Sequence[int]) -> list[int]:
    return [
        image
        for image in images
        if not all(path.is_file() for path in work.grids_of(image).values())
    ]


def _fit(work: RegionWork, palette: Sequence) -> None:
    for size in work.rules:
        fit_size(work, size, palette)


def _finish(work: RegionWork) -> dict[str, Any] | None:
    if _pending(work, range(len(work.files))):
        return None
    report = {**settings_of(work), **count_grids(work)}
    write_json(work.folder / REPORT, report)
    shutil.rmtree(work.folder / PARTS, ignore_errors=True)
    return report
