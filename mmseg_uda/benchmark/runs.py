"""The runs of a benchmark: trained once each, several at a time."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mmseg_uda.atomic_files import write_json
from mmseg_uda.engine.stages import Request, Resolver
from mmseg_uda.engine.stages.stage import Stage
from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK
from mmseg_uda.evaluation.results import MEANS

from .rows import Row
from .same_settings import check_same

_KEPT_OF_BEST = (*MEANS, "iter")
_LINES_TOLD = 8


@dataclass(frozen=True)
class Run:
    """One training of one row.

    Args:
        row: The method.
        task: ``'gta'`` or ``'synthia'``.
        seed: Seed of everything random.
    """

    row: Row
    task: str
    seed: int

    @property
    def name(self) -> str:
        """Name of the run in the file of results, and of its folder."""
        stem = f"{self.row.config.rsplit('/', 1)[-1]}_{self.task}"
        label = f"_{self.row.label}" if self.row.label else ""
        return f"{stem}{label}/seed{self.seed}"


def results_of(
    row: Row, task: str, seeds: Sequence[int], results: Mapping[str, Mapping]
) -> list[Mapping]:
    """Return the results of a row by seed, without those that have not been run."""
    found = (results.get(Run(row, task, seed).name) for seed in seeds)
    return [result for result in found if result]


class Benchmark:
    """Trains what a benchmark lacks and keeps the results in one JSON file.

    A run stands in the file as soon as it has ended, so an interrupted benchmark goes
    on with the runs that are missing; an interrupted run goes on from its newest
    checkpoint, but its cost is then not known and left out.

    Args:
        runs: All runs; a run that repeats the training of another one waits for it, and
            every run takes over what others of its task and seed have finished with the
            same settings.
        results: JSON file of results.
        work_dir: Folder for checkpoints and logs.
        root: The project's folder, with ``configs`` and ``tools``.
        toy_root: Folder of ToyCity.
        options: Entries of ``--cfg-options`` for all runs, ``key=value``.
        toy_network: The small network of all runs.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        results: Path,
        work_dir: Path,
        root: Path,
        toy_root: Path,
        options: Sequence[str] = (),
        toy_network: str = DEFAULT_NETWORK,
    ) -> None:
        self.runs = list(runs)
        self.results = results
        self.work_dir = work_dir
        self.root = root
        self.toy_root = toy_root
        self.options = list(options)
        self.toy_network = toy_network
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen] = set()
        self._stopped = False

    def finished(self) -> dict[str, dict]:
        """Return the results so far, by name of the run."""
        if not self.results.is_file():
            return {}
        try:
            return json.loads(self.results.read_bytes())
        except ValueError as error:
            raise ValueError(
                f"{self.results} is damaged: {error}. Put a copy of it back or remove "
                f"it; what is finished in {self.work_dir} is not trained again"
            ) from error

    def options_of(self, run: Run) -> list[str]:
        """Return the entries of ``--cfg-options`` that a run is trained with."""
        return [*self.options, *run.row.options]

    def settings_of(self, run: Run) -> dict:
        """Return what a run is trained with and its result therefore belongs to."""
        return {"toy_network": self.toy_network, "options": self.options_of(run)}

    def run(self, jobs: int, say: Callable[[str], None] = print) -> None:
        """Train all runs that are missing.

        Args:
            jobs: Trainings at a time, one core each.
            say: Gets a line at the start, and one for every run that ends.

        Raises:
            RuntimeError: If a training fails; names its log. The others are stopped.
            ValueError: If a result is there that other settings led to, or the file of
                results is damaged.
        """
        finished = self.finished()
        for run in self.runs:
            if run.name in finished:
                said = f"{run.name} in {self.results}"
                check_same(said, finished[run.name], self.settings_of(run))
        pending = [run for run in self.runs if run.name not in finished]
        # a run that waits holds a worker: what it waits for must come before it
        pending.sort(key=lambda run: (run.seed, len(self._trainings(run))))
        if pending:
            say(
                f"{len(pending)} of {len(self.runs)} runs to train, {jobs} at a time; "
                f"what they say is in {self.work_dir}/<run>/run.log"
            )
        done: dict[str, Future] = {}
        with ThreadPoolExecutor(jobs) as pool:
            try:
                for run in pending:
                    first = [
                        done[o.name] for o in self._repeated(run) if o.name in done
                    ]
                    done[run.name] = pool.submit(self._train, run, first)
                for number, run in enumerate(pending, 1):
                    result = done[run.name].result()
                    score = result["final"]["mIoU"]
                    say(f"[{number}/{len(pending)}] {run.name}: mIoU {score:.2f}")
            finally:
                self._stop()

    def _repeated(self, run: Run) -> list[Run]:
        """Return the runs whose whole training is an earlier stage of this one."""
        configs = [
            stage.config.resolve()
            for stage in self._trainings(run)[:-1]
            if not stage.cfg_options
        ]
        return [
            other
            for other in self.runs
            if (other.task, other.seed) == (run.task, run.seed)
            and other.row.options == run.row.options
            and self._config(other).resolve() in configs
        ]

    def _trainings(self, run: Run) -> list[Stage]:
        return _training_stages(self._config(run))

    def _config(self, run: Run) -> Path:
        return run.row.file(self.root / "configs", run.task)

    def _train(self, run: Run, wait_for: Sequence[Future]) -> dict:
        for future in wait_for:
            future.result()
        folder = self.work_dir / run.name
        resumed = folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(self.root / "tools/train.py")]
        command += [str(self._config(run)), "--toy"]
        command += ["--toy-root", str(self.toy_root), "--seed", str(run.seed)]
        command += ["--toy-network", self.toy_network]
        command += ["--work-dir", str(folder)]
        others = self._folders_beside(run)
        command += ["--reuse", *map(str, others)] if others else []
        options = self.options_of(run)
        command += ["--cfg-options", *options] if options else []
        cost = self._call(command, folder / "run.log")
        result = json.loads((self._last_stage(run) / "result.json").read_text())
        record = {
            "final": result["final"],
            "best": {k: v for k, v in result["best"].items() if k in _KEPT_OF_BEST},
            "taken_over": self._taken_over(run),
            **self.settings_of(run),
            "cost": None if resumed else cost,
        }
        with self._lock:
            write_json(self.results, {**self.finished(), run.name: record})
        return record

    def _call(self, command: list[str], log: Path) -> dict[str, float]:
        """Run a command and return its CPU minutes and peak memory in MiB."""
        with log.open("ab") as stream:
            with self._lock:
                if self._stopped:
                    raise RuntimeError("the benchmark was stopped")
                child = subprocess.Popen(
                    command, stdout=stream, stderr=subprocess.STDOUT, cwd=self.root
                )
                self._children.add(child)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self._children.discard(child)
        if child.returncode:
            raise RuntimeError(
                f"training failed (exit status {child.returncode}), see {log}; the "
                f"same command goes on where it stopped. It ends with:\n{_end_of(log)}"
            )
        return {
            "cpu_minutes": round((usage.ru_utime + usage.ru_stime) / 60, 2),
            "peak_mib": round(usage.ru_maxrss / 1024),
        }

    def _folders_beside(self, run: Run) -> list[Path]:
        """Return the folders of the runs of the same task and seed."""
        beside = (r for r in self.runs if (r.task, r.seed) == (run.task, run.seed))
        folders = [self.work_dir / other.name for other in beside if other != run]
        return [folder for folder in folders if folder.is_dir()]

    def _taken_over(self, run: Run) -> dict[str, str]:
        """Return the stages that come from other runs, and from where."""
        origins = {}
        for record in sorted((self.work_dir / run.name).glob("*/done.json")):
            origin = json.loads(record.read_text()).get("taken_over_from")
            if origin is not None:
                origins[record.parent.name] = os.path.relpath(origin, self.work_dir)
        return origins

    def _last_stage(self, run: Run) -> Path:
        return self.work_dir / run.name / self._trainings(run)[-1].name

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            for child in self._children:
                child.terminate()


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").rstrip().splitlines()
    return "\n".join(lines[-_LINES_TOLD:])


@cache
def _training_stages(config: Path) -> list[Stage]:
    """Return the stages of a config that train; the same for all seeds."""
    return [stage for stage in Resolver(Request(config)).stages if stage.trains]
