"""The main job on the embedded benchmark: train, compare, draw.

Trains source-only and MRNet+LCRF on ToyCity, side by side, prints one table and draws
one picture per validation image. Everything is kept: run it again and it goes on where
it stopped, or just prints the table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from mmseg_uda.atomic_files import write_json
from mmseg_uda.datasets.toycity import ensure_toycity
from mmseg_uda.evaluation.results import results_table

ROOT = Path(__file__).resolve().parents[1]
RUNS = {
    "source_only": "configs/source_only/source_only_gta.py",
    "mrnet_lcrf": "configs/lcrf/mrnet_lcrf_gta.py",
}
# run name -> folder of the training stage whose result counts
RESULTS = {
    "source_only": "source_only/train",
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
    return parser.parse_args()


def train(args: argparse.Namespace) -> None:
    """Run both trainings at once, one process and one core each.

    Raises:
        SystemExit: If one of them fails; says where its log is.
    """
    processes = {}
    for name, config in RUNS.items():
        log = args.work_dir / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(ROOT / "tools/train.py"), config, "--toy"]
        command += ["--toy-root", str(args.toy_root)]
        command += ["--work-dir", str(args.work_dir / name)]
        if args.cfg_options:
            command += ["--cfg-options", *args.cfg_options]
        print(f"training {name} (log: {log})", flush=True)
        with log.open("a") as stream:
            processes[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT
            )
    wait(processes, args.work_dir)


def wait(processes: dict[str, subprocess.Popen], work_dir: Path) -> None:
    """Wait for the trainings, showing the newest line of each log now and then."""
    shown = {name: "" for name in processes}
    try:
        while any(process.poll() is None for process in processes.values()):
            time.sleep(2)
            for name in processes:
                line = newest_progress(work_dir / f"{name}.log")
                if line and line != shown[name]:
                    shown[name] = line
                    print(f"  {name:12s} {line}", flush=True)
    except KeyboardInterrupt:
        for process in processes.values():
            process.terminate()
        sys.exit("interrupted; `make demo` goes on from the newest checkpoints")
    failed = [name for name, process in processes.items() if process.returncode]
    if failed:
        log = work_dir / f"{failed[0]}.log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        sys.exit(f"{tail}\n\ntraining {failed[0]} failed; its whole log is {log}")


def newest_progress(log: Path) -> str:
    """The newest line of a log that tells an iteration or a result, shortened."""
    lines = log.read_text(errors="replace").splitlines()
    for line in reversed(lines[-200:]):
        if "Iter(train)" in line or "Iter(val)" in line:
            text = line.split(" - ", 4)[-1]
            return " ".join(text.split())[:100]
    return ""


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


def main() -> None:
    """Draw ToyCity, train, summarise, draw the predictions."""
    args = parse_args()
    started = time.time()
    ensure_toycity(args.toy_root)
    train(args)
    draw = [sys.executable, str(ROOT / "demo/draw_samples.py")]
    subprocess.run([*draw, "--work-dir", str(args.work_dir)], check=True)
    summarise(args.work_dir)
    print(f"pictures: {args.work_dir / 'pictures'}")
    print(f"took {(time.time() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
