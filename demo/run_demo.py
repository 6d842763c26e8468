"""The main job on the embedded benchmark: train, compare, draw.

Trains source-only, and MRNet+LCRF, on ToyCity. Gives source-only the
target's batch norm statistics, which is the control that adaptation has to beat. Prints
one table, draws the IoU of every class and one picture per validation image. Everything
is kept: run it again and it goes on where it stopped, or just prints the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from draw_classes import draw_classes
from progress import Training, follow

from mmseg_uda.commands.command_line import add_debug
from mmseg_uda.evaluation.results import results_table
from mmseg_uda.stages import explained_errors
from mmseg_uda.toycity import ensure_toycity
from mmseg_uda.utils.atomic_files import check_writable, write_json

ROOT = Path(__file__).resolve().parents[1]
# two validations of each training, at half of it and at the end
_VALIDATIONS = "train_cfg.val_interval=250"
RUNS = {
    "source_only": "configs/source_only/source_only_statistics_gta.py",
    "mrnet_lcrf": "configs/lcrf/mrnet_lcrf_gta.py",
}
# One training after the other, on two threads: side by side, on one thread each, the
# long one would leave a core idle for most of the time. The number of threads moves the
# last digits of a loss, so it does not follow the machine.
_THREADS = 2
# run name -> folder of the training stage whose result counts
RESULTS = {
    "source_only": "source_only/stage_one",
    "source_only + target statistics": "source_only/stage_two",
    "mrnet": "mrnet_lcrf/stage_one",
    "mrnet_lcrf": "mrnet_lcrf/stage_two",
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, default=ROOT / "work_dirs/demo")
    parser.add_argument("--toy-root", type=Path, default=ROOT / "data/toycity")
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], help="passed on to tools/train.py"
    )
    add_debug(parser)
    return parser.parse_args()


def train(args: argparse.Namespace) -> None:
    """Run both trainings.

    Raises:
        SystemExit: If one of them fails; says where its log is.
    """
    for name in RUNS:
        training = start(args, name)
        try:
            follow(training)
        finally:  # whatever happens, nothing goes on in the background
            training.process.terminate()
            training.process.wait()
        if training.process.returncode:
            tail = training.log.read_text(errors="replace").splitlines()[-20:]
            told = "\n".join(tail)
            sys.exit(f"{told}\n\ntraining {name} failed: {training.log}")


def start(args: argparse.Namespace, name: str) -> Training:
    """Start one training; what it prints goes to ``<work_dir>/<name>.log``."""
    log = args.work_dir / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "tools/train.py"), RUNS[name], "--toy"]
    command += ["--toy-root", str(args.toy_root.resolve())]
    command += ["--work-dir", str((args.work_dir / name).resolve())]
    command += ["--cfg-options", _VALIDATIONS, *args.cfg_options]
    threads = {"OMP_NUM_THREADS": str(_THREADS)}
    print(f"training {name} (log: {log})", flush=True)
    with log.open("ab") as stream:
        begin = stream.tell()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **threads},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    return Training(name, process, log, begin)


def summarise(work_dir: Path) -> None:
    """Print the table and write the same numbers to ``summary.json``."""
    runs = {
        name: json.loads((work_dir / folder / "result.json").read_text())
        for name, folder in RESULTS.items()
    }
    summary = {name: result["final"] for name, result in runs.items()}
    write_json(work_dir / "summary.json", summary)
    print("\nToyCity, GTA5 style -> Cityscapes style, target validation set (IoU in %)")
    print(results_table(runs))
    print(f"\nthe same numbers: {work_dir / 'summary.json'}")
    draw_classes(summary, work_dir / "classes.png")
    print(f"the IoU of every class: {work_dir / 'classes.png'}")


def draw(work_dir: Path) -> None:
    """Draw the predictions, one picture per validation image.

    Raises:
        SystemExit: If that fails; the message is on the screen by then.
    """
    command = [sys.executable, str(ROOT / "demo/draw_samples.py")]
    done = subprocess.run([*command, "--work-dir", str(work_dir)], check=False)
    if done.returncode:
        sys.exit(f"drawing failed: {' '.join(command)} --work-dir {work_dir}")


def main() -> None:
    """Draw ToyCity, train, draw the predictions, summarise."""
    args = parse_args()
    started = time.time()
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        check_writable(args.work_dir, "--work-dir")
        ensure_toycity(args.toy_root, only=("gta5", "cityscapes"))
        train(args)
        draw(args.work_dir)
        summarise(args.work_dir)
    print(f"pictures: {args.work_dir / 'pictures'}")
    print(f"took {(time.time() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
