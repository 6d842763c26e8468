"""Whether the options of runs fit their configs, before the first is trained."""

import argparse
from collections.abc import Sequence

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.utils.key_values import KeyValueAction

from .runs import Benchmark, Run


def check_run_options(benchmark: Benchmark, runs: Sequence[Run]) -> None:
    """Build all that one run of each row and task with options will train.

    Args:
        benchmark: What will train them.
        runs: The runs that it lacks.

    Raises:
        StageError: If an option fits nowhere; names the row and its options.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg-options", nargs="+", action=KeyValueAction)
    checked = set()
    for run in runs:
        given = benchmark.options_of(run)
        what = (run.row.config, run.task, *given)
        if not given or what in checked:
            continue
        checked.add(what)
        request = Request(
            run.row.file(benchmark.root / "configs", run.task),
            work_dir=benchmark.work_dir / run.name,
            options=parser.parse_args(["--cfg-options", *given]).cfg_options,
            toy=True,
            toy_network=benchmark.toy_network,
        )
        try:
            resolver = Resolver(request)
            check_stages(Outlook(resolver, resolver.stages))
        except ValueError as error:
            options = " ".join(given)
            raise StageError(f"{run.row.name!r} with {options}: {error}") from error
