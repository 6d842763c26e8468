"""Running the stages of a config one after the other."""

import time
from collections.abc import Sequence
from pathlib import Path

from mmengine.dist import barrier

from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.engine.hooks.result_hook import RESULT, read_result
from mmseg_uda.evaluation import results_table
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.weights.weight_files import check_is_file

from ..base_stage import BaseStage
from ..config.request import Request
from ..plan.resolve import Resolver
from ..ranks import say, start_processes
from .bookkeeping import begin_record, decide_and_take, mark_done
from .decide import SKIP, START
from .fetch_weights import fetch_weights
from .folders import draw_toycity, move_aside, record_given
from .held import held
from .next_steps import here, next_steps
from .outlook import Outlook
from .preflight import check_data, check_folders, check_stages
from .reuse import check_runs, take_over
from .stage_run import StageRun


def run_stages(
    request: Request,
    only: str | None = None,
    given: str | None = None,
    restart: bool = False,
    restart_from: str | None = None,
    reuse: Sequence[Path] = (),
) -> Path:
    """Run the stages of a config: skip finished ones, resume an interrupted one.

    Under a distributed launcher all processes call this; rank 0 decides for all.

    Args:
        request: Config and changes to it.
        only: Run this stage alone.
        given: Checkpoint that stands in for the first training stage.
        restart: Run afresh what this call would run; folders are moved aside.
        restart_from: Run afresh from this stage on.
        reuse: Folders of other runs; a stage that has not begun and that one of them
            has finished with the same settings is taken over from there.

    Returns:
        The folder of the run.

    Raises:
        ValueError: If something is wrong that the user can act on, as far as possible
            before the first stage starts.
    """
    resolver = Resolver(request)
    first = next(stage for stage in resolver.stages if stage.trains)
    start_processes(request.launcher, resolver.stage_config(first))
    stages = [resolver.find(only)] if only else resolver.stages
    afresh = stages if restart else []
    if restart_from is not None:
        resolver.find(restart_from)
        names = [stage.name for stage in resolver.stages]
        afresh = resolver.stages[names.index(restart_from) :]
    file = on_rank_zero(_given_file, given)
    outlook = Outlook(resolver, stages, frozenset(s.name for s in afresh), file)
    say(_headline(resolver))
    # every mistake is found before anything is changed
    on_rank_zero(check_folders, outlook, whole=only is None)
    on_rank_zero(check_runs, reuse)
    fetch_weights(outlook)
    on_rank_zero(check_stages, outlook)
    on_rank_zero(draw_toycity, request, [outlook.config(stage) for stage in stages])
    on_rank_zero(check_data, outlook)
    with held(resolver, stages):
        on_rank_zero(move_aside, resolver, afresh)
        if file is not None:
            on_rank_zero(record_given, resolver, file)
        for stage in stages:
            if outlook.is_idle(stage):
                say(f"{stage.name}: not needed, as the stage that it is for is given")
            else:
                _run_stage(resolver, stage, () if stage in afresh else reuse)
    say(_report(resolver))
    if only is None and not request.toy:
        say(next_steps(resolver))
    shutdown_distributed()
    return resolver.work_dir


def _headline(resolver: Resolver) -> str:
    lines = [f"{resolver.request.config} in {resolver.work_dir}:"]
    for number, stage in enumerate(resolver.stages, 1):
        lines.append(f"  {number}. {stage.name} {stage.does} {here(stage.config)}")
    return "\n".join(lines)


def _given_file(given: str | None) -> Path | None:
    if given is None:
        return None
    return check_is_file(given, "--stage-one-checkpoint").resolve()


def _run_stage(resolver: Resolver, stage: BaseStage, reuse: Sequence[Path]) -> None:
    cfg = resolver.stage_config(stage)
    inputs, decision = on_rank_zero(decide_and_take, resolver, stage, cfg)
    if decision.note:
        say(f"{stage.name}: {decision.note}")
    if decision.action == SKIP:
        say(f"{stage.name}: finished, skipped")
        return
    folder, begun = resolver.folder(stage), time.time()
    record = begin_record(stage, cfg, inputs)
    if decision.action == START and reuse:
        same = (record["fingerprint"], reuse, record["data_roots"])
        taken = on_rank_zero(take_over, stage, folder, *same)
        if taken is not None:
            say(f"{stage.name}: taken over from {taken}, finished with these settings")
            return
    stage.carry_out(StageRun(resolver, stage, cfg, inputs, decision.checkpoint, record))
    barrier()
    on_rank_zero(mark_done, folder, stage, record, time.time() - begun)


def _report(resolver: Resolver) -> str:
    results, damaged = {}, ""
    for stage in resolver.stages:
        if not stage.trains:
            continue
        try:
            result = read_result(resolver.folder(stage) / RESULT)
        except ValueError as error:  # the run itself is over and well
            damaged += f"\nwarning: {error}"
            continue
        if result and result.get("final"):
            results[stage.name] = result
    if not results:
        return f"no results to show: nothing was validated{damaged}"
    table = results_table(results)
    chosen = "\n(best is chosen with target labels)" if "mIoU" in table else ""
    return f"\n{table}{chosen}{damaged}"
