"""The study of small_sets.md: what `mmseg-uda init` writes, trained on small sets.

Usage: ``python docs/benchmarks/small_sets.py [FOLDER]``. Draws two pairs of small sets
and fetches a third, has `init` write a config for each method, trains each with three
seeds, and writes small_sets.json beside this file. What that holds is not run again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

from small_sets_draw import FIELDS, draw
from small_sets_nuclei import fetch

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = HERE / "small_sets.json"
SETS = {
    "vessels": ("background", "vessel"),
    "fields": FIELDS,
    "nuclei": ("background=0", "nucleus=other"),
}
METHODS = ("source_only", "statistics", "mrnet_lcrf", "lcda_lcrf")
SEEDS = (0, 1, 2)
ITERS = 300  # of each training


def main(folder: Path) -> None:
    """Draw, plan, train what is not finished, and write the scores."""
    data = folder / "data"
    draw(data)
    fetch(data / "nuclei")
    runs = json.loads(RESULTS.read_text())["runs"] if RESULTS.exists() else []
    known = {(run["set"], run["method"], run["seed"]) for run in runs}
    for seed, name, method in product(SEEDS, SETS, METHODS):
        if (name, method, seed) not in known:
            runs.append(_run(folder, data / name, name, method, seed))
            _write(runs)


def _run(folder: Path, data: Path, name: str, method: str, seed: int) -> dict:
    """Train a method on a set; returns the scores of its stages."""
    config = folder / f"{name}_{method}" / f"{name}_{method}.py"
    if not config.exists():
        _call(
            "init",
            *(
                "--source-images",
                data / "a/images",
                "--source-labels",
                data / "a/labels",
            ),
            *("--target-images", data / "b"),
            *("--target-val-images", data / "c/images"),
            *("--target-val-labels", data / "c/labels"),
            *("--classes", *SETS[name], "--method", method, "--iters", ITERS),
            *("--out", config.parent),
        )
    work = folder / "runs" / f"{name}_{method}" / f"seed{seed}"
    last = "stage_two" if method.endswith("_lcrf") else "train"
    if not (work / last / "done.json").exists():
        _call("train", config, "--work-dir", work, "--seed", seed)
    stages = {
        path.parent.name: json.loads(path.read_text())["history"]
        for path in sorted(work.glob("*/result.json"))
    }
    return {"set": name, "method": method, "seed": seed, "stages": stages}


def _call(command: str, *arguments: object) -> None:
    words = [sys.executable, ROOT / "tools" / f"{command}.py", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    print(*words[1:], flush=True)
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, env=environment
    )
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])


def _write(runs: list[dict]) -> None:
    text = json.dumps({"iterations": ITERS, "runs": runs}, indent=1)
    RESULTS.write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "work_dirs/small_sets").absolute())
