"""The runs of a benchmark: trained once each, several at a time."""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK
from mmseg_uda.evaluation.results import MEANS
from mmseg_uda.stages import BaseStage, Request, Resolver
from mmseg_uda.utils.atomic_files import write_json

from .processes import Processes
from .run import WITH_STATISTICS, Run, results_of
from .same_settings import check_same, check_same_network
from .statistics_after import final_weights, score_with_statistics

__all__ = ["Benchmark", "Run", "results_of"]

_KEPT_OF_BEST = (*MEANS, "iter")


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
        statistics: Whether every run is scored a second time, its final weights with
            the batch norm statistics of the target's training images.
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
        statistics: bool = False,
    ) -> None:
        self.runs = list(runs)
        self.results = results
        self.work_dir = work_dir
        self.root = root
        self.toy_root = toy_root
        self.options = list(options)
        self.toy_network = toy_network
        self.statistics = statistics
        self._lock = threading.Lock()
        self._processes = Processes(root)
        self._slots = threading.Semaphore()

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

    def check_networks(self) -> None:
        """Refuse results of another small network.

        Raises:
            ValueError: If there is one among those of the runs.
        """
        finished = self.finished()
        for run in self.runs:
            if run.name in finished:
                said = f"{run.name} in {self.results}"
                check_same_network(said, finished[run.name], self.toy_network)

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
        pending = [run for run in self.runs if self._lacks(run, finished)]
        trained = [run for run in pending if run.name in finished]
        for run in trained:  # before anything is trained
            self._final_weights(run, finished[run.name])
        # what a run waits for comes before it
        pending.sort(key=lambda run: (run.seed, len(self._trainings(run))))
        if pending:
            rest = f", {len(trained)} to give target statistics" if trained else ""
            say(
                f"{len(pending) - len(trained)} of {len(self.runs)} runs to train"
                f"{rest}, {jobs} at a time; "
                f"what they say is in {self.work_dir}/<run>/run.log"
            )
        done: dict[str, Future] = {}
        self._slots = threading.Semaphore(jobs)
        with ThreadPoolExecutor(max(1, len(pending))) as pool:  # waiting costs nothing
            try:
                for run in pending:
                    first = [
                        done[o.name] for o in self._repeated(run) if o.name in done
                    ]
                    done[run.name] = pool.submit(self._complete, run, first)
                for number, run in enumerate(pending, 1):
                    result = done[run.name].result()
                    said = f"{run.name}: mIoU {result['final']['mIoU']:.2f}"
                    if self.statistics:
                        score = result[WITH_STATISTICS]["mIoU"]
                        said += f", with target statistics {score:.2f}"
                    say(f"[{number}/{len(pending)}] {said}")
            finally:
                self._processes.stop()

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

    def _trainings(self, run: Run) -> list[BaseStage]:
        return _training_stages(self._config(run))

    def _config(self, run: Run) -> Path:
        return run.row.file(self.root / "configs", run.task)

    def _lacks(self, run: Run, finished: Mapping[str, Mapping]) -> bool:
        """Whether a run has not been trained, or not been scored with statistics."""
        record = finished.get(run.name)
        return record is None or (self.statistics and WITH_STATISTICS not in record)

    def _complete(self, run: Run, wait_for: Sequence[Future]) -> dict:
        """Do what a run lacks; what is trained stands in the results right away."""
        for future in wait_for:
            future.result()
        with self._slots:
            record = self.finished().get(run.name) or self._keep(run, self._train(run))
            if self.statistics and WITH_STATISTICS not in record:
                scores = self._with_statistics(run, record)
                record = self._keep(run, {**record, WITH_STATISTICS: scores})
        return record

    def _keep(self, run: Run, record: dict) -> dict:
        with self._lock:
            write_json(self.results, {**self.finished(), run.name: record})
        return record

    def _with_statistics(self, run: Run, record: Mapping) -> dict:
        folder = self.work_dir / run.name
        return score_with_statistics(
            lambda what, words: self._processes.call(
                f"{what} of {run.name}", [sys.executable, *words], folder / "run.log"
            ),
            self.root / "tools",
            [*self._setting(run), *self._option_words(run)],
            self._final_weights(run, record),
            self.toy_root,
            folder / "target_statistics",
            record["final"],
        )

    def _final_weights(self, run: Run, record: Mapping) -> Path:
        return final_weights(run.name, self._last_stage(run), record["final"])

    def _setting(self, run: Run) -> list[str]:
        """Return the config and what puts it on ToyCity, as words for a tool."""
        words = [str(self._config(run)), "--toy", "--toy-root", str(self.toy_root)]
        return [*words, "--toy-network", self.toy_network]

    def _option_words(self, run: Run) -> list[str]:
        options = self.options_of(run)
        return ["--cfg-options", *options] if options else []

    def _train(self, run: Run) -> dict:
        folder = self.work_dir / run.name
        resumed = folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(self.root / "tools/train.py")]
        command += [*self._setting(run), "--seed", str(run.seed)]
        command += ["--work-dir", str(folder)]
        others = self._folders_beside(run)
        command += ["--reuse", *map(str, others)] if others else []
        command += self._option_words(run)
        cost = self._processes.call("training", command, folder / "run.log")
        result = json.loads((self._last_stage(run) / "result.json").read_text())
        return {
            "final": result["final"],
            "best": {k: v for k, v in result["best"].items() if k in _KEPT_OF_BEST},
            "taken_over": self._taken_over(run),
            **self.settings_of(run),
            "cost": None if resumed else cost,
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


@cache
def _training_stages(config: Path) -> list[BaseStage]:
    """Return the stages of a config that train; the same for all seeds."""
    return [stage for stage in Resolver(Request(config)).stages if stage.trains]
