"""Compare pseudo-labels of ToyCity with its truth, and with each other."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.progress import track

from mmseg_uda.datasets.label_files import map_label_ids, read_label_ids
from mmseg_uda.datasets.label_maps import IGNORE, cityscapes_lut

TRUTH = "cityscapes/gtFine/train"
COLUMNS = ("labels", "kept", "right of these", "kept by the first, too")


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "labels",
        nargs="+",
        metavar="NAME=DIR",
        help="folders of tools/generate_pseudo_labels.py or of a stage, by name",
    )
    parser.add_argument("--toy-root", type=Path, default=Path("data/toycity"))
    args = parser.parse_args()
    wrong = [given for given in args.labels if "=" not in given]
    if wrong:
        parser.error(f"expected NAME=DIR, such as ST=work_dirs/st, got {wrong[0]!r}")
    return args


def count(truth_file: Path, label_files: list[Path]) -> np.ndarray:
    """Count an image's pixels for each labelling of it.

    Args:
        truth_file: PNG of Cityscapes' ids.
        label_files: PNGs of class ids, 255 = not kept.

    Returns:
        (len(label_files), 4) integers: all pixels; kept ones; of these, those that are
        right; of the kept ones, those that the first labelling kept, too. Pixels of no
        class count nowhere.
    """
    ids = read_label_ids(truth_file)
    truth = map_label_ids(ids, cityscapes_lut(), truth_file)
    scored = truth != IGNORE
    all_labels = [read_label_ids(file) for file in label_files]
    all_kept = [scored & (labels != IGNORE) for labels in all_labels]
    return np.array(
        [
            (scored, kept, kept & (labels == truth), kept & all_kept[0])
            for labels, kept in zip(all_labels, all_kept, strict=True)
        ]
    ).sum(axis=(2, 3))


def main() -> None:
    """Count over all images and print a table."""
    args = parse_args()
    folders = dict(given.split("=", 1) for given in args.labels)
    truth_files = sorted((args.toy_root / TRUTH).rglob("*_labelIds.png"))
    counts = np.zeros((len(folders), 4), dtype=np.int64)
    for truth_file in track(truth_files, description="comparing"):
        image = truth_file.name.replace("_gtFine_labelIds", "_leftImg8bit")
        paths = [
            Path(folder) / "labels" / truth_file.parent.name / image
            for folder in folders.values()
        ]
        counts += count(truth_file, paths)
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for name, (pixels, kept, right, shared) in zip(folders, counts, strict=True):
        shares = (kept / pixels, right / kept, shared / kept)
        print(f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


if __name__ == "__main__":
    main()
