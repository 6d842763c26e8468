"""Measure what kinds of patches ToyCity has, by gradients alone and with class shares.

Draws ToyCity's source at GTA5's size, finds the kinds of its patches by the rules of
configs/_base_/stages/region_labels.py without and with ``class_histogram``, prints what
docs/region_labels.md says of them and draws some side by side. The pictures are kept:
the same command, run again, draws those that are missing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sklearn.cluster  # noqa: F401  so that no fit pays for its import
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.commands.command_line import add_debug
from mmseg_uda.regions import HogClusters
from mmseg_uda.regions.grids.fit_size import drawn_patches
from mmseg_uda.regions.grids.label_files import LabelFiles
from mmseg_uda.regions.grids.montage import draw_kinds
from mmseg_uda.regions.grids.pool import worker_pool
from mmseg_uda.regions.grids.region_work import RegionWork
from mmseg_uda.regions.grids.relations import describe_kinds
from mmseg_uda.regions.region_rule import IGNORE
from mmseg_uda.stages import explained_errors
from mmseg_uda.toycity import make_toycity
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.visualization.picture_files import write_picture
from mmseg_uda.visualization.sheet import Tile, class_legend, draw_sheet, sheet_width

STAGE = Path(__file__).parents[1] / "configs/_base_/stages/region_labels.py"
GTA5_SIZE = (1914, 1052)
VARIANTS = {
    "gradients alone": dict(class_histogram=0.0, eps=0.1),
    "a wider radius": dict(class_histogram=0.0, eps=0.15),
    "with class shares": dict(class_histogram=1.0, eps=0.15),
}
COLUMNS = (
    "patches",
    "class_histogram",
    "eps",
    "clusters",
    "noise",
    "largest kind",
    "same pair",
    "variance on the axes",
)
DRAWN = ("small, gradients alone", "small, with class shares")
DRAWN_KINDS, EXAMPLES = 12, 6
ALL_AXES_EPS = 0.3  # distances are longer on all axes, and so is the radius


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--toy-root",
        type=Path,
        default=Path("work_dirs/region_kinds/toycity"),
        help="where ToyCity lies at that size or will be drawn to "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/images/region_montage.png")
    )
    parser.add_argument("--images", type=int, default=240, help="default: %(default)s")
    parser.add_argument(
        "--size",
        type=int,
        nargs=2,
        default=GTA5_SIZE,
        metavar=("WIDTH", "HEIGHT"),
        help="of the pictures in pixels (default: GTA5's, 1914 1052)",
    )
    parser.add_argument(
        "--min-samples", type=int, help="of a dense place (default: the config's)"
    )
    parser.add_argument(
        "--workers", type=int, help="processes that draw pictures (default: all cores)"
    )
    add_debug(parser)
    return parser.parse_args()


def draw_toycity(args: argparse.Namespace) -> BaseDataset:
    """Draw what is missing of the pictures and return them as a data set."""
    make_toycity(
        args.toy_root,
        only=["gta5"],
        counts={"gta5": {"train": args.images}},
        sizes={"gta5": tuple(args.size)},
        workers=args.workers,
    )
    init_default_scope("mmseg")
    data_root = str(args.toy_root / "gta5")
    return DATASETS.build(dict(type="GTA5Dataset", data_root=data_root))


def region_work(
    dataset: BaseDataset, folder: Path, min_samples: int | None
) -> RegionWork:
    """Return the work of all variants at all sizes, by ``SIZE, VARIANT``."""
    stage = Config.fromfile(STAGE).stages.regions
    more = {} if min_samples is None else {"min_samples": min_samples}
    rules = {
        f"{size}, {variant}": {**rule, **changes, **more}
        for size, rule in stage.rules.items()
        for variant, changes in VARIANTS.items()
    }
    files = LabelFiles(dataset, stage.scale)
    return RegionWork(files, rules, dataset.metainfo["classes"], folder, seed=0)


def find_kinds(work: RegionWork, name: str, palette: Sequence) -> tuple[str, Tile]:
    """Find the kinds of one size; return a row of the table and some of them drawn."""
    rule, (size, variant) = work.built[name], name.split(", ")
    descriptors, pictures = drawn_patches(work, name)
    fitted = rule.fit(descriptors, work.seed)
    kinds = rule.assign(descriptors, fitted)
    described = describe_kinds(pictures, kinds, work.classes, rule.num_regions)
    sizes = np.bincount(kinds[kinds != IGNORE])
    same_pair = np.array([kind["pair_share"] for kind in described]) @ sizes
    on_axes = (descriptors - fitted["mean"]) @ fitted["axes"].T
    cells = (
        f"{size} ({len(kinds)})",
        f"{rule.class_histogram:g}",
        f"{rule.eps:g}",
        f"{fitted['clusters']}",
        f"{100 * fitted['noise'] / len(kinds):.0f} %",
        f"{100 * sizes.max() / len(kinds):.1f} %",
        f"{100 * same_pair / sizes.sum():.0f} %",
        f"{100 * on_axes.var(axis=0).sum() / descriptors.var(axis=0).sum():.0f} %",
    )
    largest = described[:DRAWN_KINDS]
    image = draw_kinds(pictures, kinds, largest, palette, columns=1, examples=EXAMPLES)
    return as_row(cells), Tile(f"{variant}, eps={rule.eps:g}", image)


def as_row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def time_fits(work: RegionWork, name: str) -> str:
    """Say what the principal axes spare a fit."""
    descriptors = drawn_patches(work, name)[0]
    config = {key: value for key, value in work.rules[name].items() if key != "type"}
    taken = []
    for changes in ({}, {"pca_dims": None, "eps": ALL_AXES_EPS}):
        rule = HogClusters(**{**config, **changes})
        begun = time.process_time()
        rule.fit(descriptors, work.seed)
        taken.append(time.process_time() - begun)
    return (
        f"fit on {len(descriptors)} patches ({name}): {taken[0]:.1f} s of processor "
        f"time on {config['pca_dims']} axes, {taken[1]:.1f} s on all "
        f"{descriptors.shape[1]} (eps={ALL_AXES_EPS})"
    )


def measure(args: argparse.Namespace) -> None:
    """Find the kinds, print the numbers and draw the picture."""
    dataset = draw_toycity(args)
    classes, palette = dataset.metainfo["classes"], dataset.metainfo["palette"]
    with tempfile.TemporaryDirectory() as folder:
        work = region_work(dataset, Path(folder), args.min_samples)
        with worker_pool(work, 1) as each:
            each("draw_part", range(len(work.parts)), "drawing patches of 50 images")
            names = with_progress(work.rules, len(work.rules), "finding kinds")
            found = {name: find_kinds(work, name, palette) for name in names}
            times = time_fits(work, DRAWN[0])
    rows = [row for row, _ in found.values()]
    print(as_row(COLUMNS), "|---" * len(COLUMNS) + "|", *rows, times, sep="\n")
    drawn = [found[name][1] for name in DRAWN]
    width = drawn[0].image.shape[1]
    legend = class_legend(classes, palette, sheet_width(len(drawn), width) - 16)
    sheet = draw_sheet(drawn, len(drawn), width, footers=[legend])
    write_picture(args.out, sheet, f"{args.images} images of {args.size}")
    print(f"wrote {args.out}")


def main() -> None:
    """Run the command."""
    args = parse_args()
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        measure(args)


if __name__ == "__main__":
    main()
