"""What the checks of the data cost a first and a second time, on unchanged files.

Usage: ``python benchmarks/data_checks.py [--samples N] [--repeat N]``. Draws images and
labels at GTA5's size to a temporary folder, and checks them as a training does before
it begins, each time in a process of its own. Shown are medians of CPU seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from prettytable import PrettyTable

WIDTH, HEIGHT = 1914, 1052
_CHECK = """
import sys, time
from pathlib import Path
from mmengine.registry import init_default_scope
import mmseg_uda.parts
from mmseg_uda.stages.checks.loaders import DataCheck
init_default_scope("mmseg")
root, run = map(Path, sys.argv[1:])
dataset = dict(type="GTA5Dataset", data_root=str(root), pipeline=[])
check = DataCheck("my.py", run)
begun = time.process_time()
check({"train_dataloader": {"dataset": dataset, "batch_size": 1}}, "one")
print("seconds", time.process_time() - begun)
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200, help="default: 200")
    parser.add_argument("--repeat", type=int, default=3, help="default: 3")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "gta5")
        _draw(root, args.samples)
        first, second = [], []
        for number in range(args.repeat):
            run = Path(folder, f"run{number}")
            first.append(_check(root, run))
            second.append(_check(root, run))
    table = PrettyTable(["samples", "first, CPU s", "second", "ratio"])
    one, two = statistics.median(first), statistics.median(second)
    table.add_row([args.samples, f"{one:.2f}", f"{two:.2f}", f"{two / one:.3f}"])
    print(table)


def _draw(root: Path, samples: int) -> None:
    """Write images, smooth with some noise as photographs are, and labels."""
    rng = np.random.default_rng(0)
    for folder in ("images", "labels"):
        (root / folder).mkdir(parents=True)
    for number in range(samples):
        coarse = rng.integers(0, 256, (33, 60, 3), np.uint8)
        smooth = Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.BICUBIC)
        noise = rng.integers(-3, 4, (HEIGHT, WIDTH, 3))
        image = np.clip(np.asarray(smooth, np.int64) + noise, 0, 255)
        name = f"{number:05d}.png"
        Image.fromarray(image.astype(np.uint8)).save(root / "images" / name)
        ids = Image.fromarray(rng.integers(7, 34, (17, 30), np.uint8))
        ids.resize((WIDTH, HEIGHT), Image.NEAREST).save(root / "labels" / name)


def _check(root: Path, run: Path) -> float:
    """Check the data in a process of its own, and return its seconds."""
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(root), str(run)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.split("seconds")[1])


if __name__ == "__main__":
    main()
