"""What starting costs, of two checkouts in one run: ratios of CPU seconds and memory.

Usage: ``python benchmarks/start_up.py BEFORE AFTER [--repeat N]``. The checkouts run in
turns with this interpreter, so that what else the machine does hits both; shown are
medians. Give it an idle machine all the same.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from prettytable import PrettyTable

LCRF, MLAN = "configs/lcrf/mrnet_lcrf_gta.py", "configs/mlan/mlan_gta.py"
SOURCE = "configs/source_only/source_only_gta.py"
#: Title -> tool and arguments. In ``{work}`` a training leaves ``stage.json`` when its
#: first iteration begins, where it is stopped.
CALLS = {
    "train --help": ("train", "--help"),
    "a wrong argument": ("train", LCRF, "--sed", "1"),
    "describe source_only_gta": ("describe_method", SOURCE),
    "describe mrnet_lcrf_gta": ("describe_method", LCRF),
    "describe mlan_gta": ("describe_method", MLAN),
    "train --toy to its first iteration": (
        *("train", SOURCE, "--toy", "--device", "cpu"),
        *("--toy-root", "{toy}", "--work-dir", "{work}"),
    ),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--repeat", type=int, default=9, help="default: 9")
    parser.add_argument("--only", nargs="+", default=[""], help="parts of titles")
    parser.add_argument("--toy-root", type=Path, default=Path("data/toycity"))
    args = parser.parse_args(argv)
    columns = ["CPU s before", "after", "ratio", "MiB before", "after ", "ratio "]
    table = PrettyTable(["", *columns])
    checkouts = (args.before.resolve(), args.after.resolve())
    for title, call in CALLS.items():
        if any(part in title for part in args.only):
            table.add_row([title, *_row(checkouts, call, args)])
            print(table.get_string(start=len(table.rows) - 1), flush=True)
    print(table)


def _row(
    checkouts: Sequence[Path], call: Sequence[str], args: argparse.Namespace
) -> Iterator[str]:
    """Yield medians before and after, and their ratio, of seconds and of memory."""
    measured: tuple[list, list] = ([], [])
    for _ in range(args.repeat):
        for checkout, found in zip(checkouts, measured, strict=True):
            found.append(_run(checkout, call, args.toy_root.resolve()))
    for index, digits in ((0, 2), (1, 0)):
        before, after = (
            statistics.median(each[index] for each in found) for found in measured
        )
        yield f"{before:.{digits}f}"
        yield f"{after:.{digits}f}"
        yield f"{after / before:.2f}"


def _run(checkout: Path, call: Sequence[str], toy: Path) -> tuple[float, float]:
    """Run a tool of a checkout; return its CPU seconds and its peak memory in MiB."""
    tool, *rest = call
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "run")
        words = [word.format(work=work, toy=toy) for word in rest]
        with open(os.devnull, "w") as nowhere:
            process = subprocess.Popen(
                [sys.executable, f"tools/{tool}.py", *words],
                cwd=checkout,
                env={**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"},
                stdout=nowhere,
                stderr=nowhere,
            )
            if "{work}" in call:
                _stop_at(work / "train" / "stage.json", process)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # it has been waited for
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _stop_at(file: Path, process: subprocess.Popen) -> None:
    """Terminate a process as soon as it has written a file."""
    while not file.exists():
        if process.poll() is not None:
            sys.exit(f"{process.args} ended before it had begun; run it by hand")
        time.sleep(0.01)
    process.terminate()


if __name__ == "__main__":
    main()
