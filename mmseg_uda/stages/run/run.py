"""Running the stages of a config one after the other."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import barrier

from mmseg_uda.engine.distributed import set_cpu_model_wrapper, shutdown_distributed
from mmseg_uda.engine.hooks.result_hook import RESULT, read_result
from mmseg_uda.evaluation import results_table
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.weights.weight_files import check_is_file

from .bookkeeping import begin_record, decide_and_take, mark_begun, mark_done
from .checks.loaders import DataCheck
from .decide import RESUME, SKIP, START, Decision
from .fetch_weights import fetch_weights
from .folders import draw_toycity, move_aside, record_given
from .held import held
from .inputs import Inputs
from .outlook import Outlook
from .overrides import set_labels, set_regions, set_translated
from .preflight import check_data, check_folders, check_stages
from .pseudo_label_stage import run_pseudo_label_stage
from .ranks import say, start_processes
from .region_label_stage import run_region_stage
from .request import Request
from .resolve import Resolver
from .reuse import check_runs, take_over
from .stage import (
    PSEUDO_LABEL,
    REGION_GRID,
    REGION_LABEL,
    TRAIN,
    TRANSLATE,
    Stage,
)
from .train_stage import run_train_stage
from .translate_stage import run_translate_stage

_DOES = {
    TRAIN: "trains",
    PSEUDO_LABEL: "predicts pseudo-labels with",
    REGION_LABEL: "finds regions on the source of",
    REGION_GRID: "labels the regions of the source of",
    TRANSLATE: "translates the source with",
}
_MAKES = {
    PSEUDO_LABEL: "pseudo-labels from {weights}",
    REGION_LABEL: "regions of the source",
    REGION_GRID: "regions of the source",
    TRANSLATE: "the source translated by {weights}",
}
_RUN = {
    PSEUDO_LABEL: run_pseudo_label_stage,
    REGION_LABEL: run_region_stage,
    REGION_GRID: run_region_stage,
    TRANSLATE: run_translate_stage,
}


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
    shutdown_distributed()
    return resolver.work_dir


def _headline(resolver: Resolver) -> str:
    lines = [f"{resolver.request.config} in {resolver.work_dir}:"]
    for number, stage in enumerate(resolver.stages, 1):
        lines.append(
            f"  {number}. {stage.name} {_DOES[stage.kind]} {_relative(stage.config)}"
        )
    return "\n".join(lines)


def _given_file(given: str | None) -> Path | None:
    if given is None:
        return None
    return check_is_file(given, "--stage-one-checkpoint").resolve()


def _run_stage(resolver: Resolver, stage: Stage, reuse: Sequence[Path]) -> None:
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
    if stage.trains:
        _train(resolver, stage, cfg, inputs, decision, record)
    else:
        makes = _MAKES[stage.kind].format(weights=inputs.weights)
        say(f"\n=== {stage.name}: {makes} ===")
        on_rank_zero(mark_begun, folder, record)
        on_rank_zero(cfg.dump, str(folder / "config.py"))
        _RUN[stage.kind](resolver, stage, cfg, inputs)
    barrier()
    on_rank_zero(mark_done, folder, stage, record, time.time() - begun)


def _train(
    resolver: Resolver,
    stage: Stage,
    cfg: Config,
    inputs: Inputs,
    decision: Decision,
    record: Mapping[str, Any],
) -> None:
    set_cpu_model_wrapper(cfg)
    if inputs.labels is not None:
        set_labels(cfg, inputs.labels, stage.name)
    if inputs.regions:
        set_regions(cfg, inputs.regions, stage.name)
    if inputs.translated is not None:
        set_translated(cfg, inputs.translated, stage.name)
    if stage.labels_from:
        check = DataCheck(resolver.request.config, resolver.work_dir)
        on_rank_zero(check, cfg, stage.name)
    length = f"{cfg.train_cfg.max_iters} iterations"
    if decision.action == RESUME:
        say(f"\n=== {stage.name}: resuming {decision.checkpoint} of {length} ===")
    else:
        start = f", starting from {inputs.weights}" if inputs.weights else ""
        say(f"\n=== {stage.name}: training, {length}{start} ===")
    for change in resolver.toy_changes.get(stage.name, []):
        say(f"toy overlay: {change}")
    for notice in resolver.left_out(stage):
        say(notice)
    run_train_stage(
        cfg,
        stage.name,
        inputs.weights,
        decision.checkpoint,
        lambda: on_rank_zero(mark_begun, resolver.folder(stage), record),
    )


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
    return f"\n{table}\n(best is chosen with target labels){damaged}"


def _relative(path: Path) -> Path:
    path = path.resolve()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
