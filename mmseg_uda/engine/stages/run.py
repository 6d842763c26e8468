"""Running the stages of a config one after the other."""

import json
import time
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import barrier
from torch import nn

from mmseg_uda.checkpoints import compare_with_model
from mmseg_uda.engine.distributed import set_cpu_model_wrapper, shutdown_distributed
from mmseg_uda.evaluation import results_table
from mmseg_uda.ranks import on_rank_zero

from .bookkeeping import decide_and_take, mark_begun, mark_done
from .checks import DataCheck, check_model, check_predicting, check_writable
from .decide import RESUME, SKIP, Decision
from .errors import StageError
from .folders import check_not_stale, draw_toycity, move_aside, record_given
from .inputs import Inputs, inputs_of, weights_origin
from .overrides import set_labels
from .pseudo_label_stage import run_pseudo_label_stage
from .ranks import say, start_processes
from .record import DONE, read_json
from .resolve import Request, Resolver
from .stage import Stage, is_file_name
from .train_stage import run_train_stage


def run_stages(
    request: Request,
    only: str | None = None,
    given: str | None = None,
    restart: bool = False,
    restart_from: str | None = None,
) -> Path:
    """Run the stages of a config: skip finished ones, resume an interrupted one.

    Under a distributed launcher all processes call this; rank 0 decides for all.

    Args:
        request: Config and changes to it.
        only: Run this stage alone.
        given: Checkpoint that stands in for the first training stage.
        restart: Run afresh what this call would run; folders are moved aside.
        restart_from: Run afresh from this stage on.

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
    say(_headline(resolver))
    on_rank_zero(_prepare, resolver, afresh, given, only)
    on_rank_zero(_check, resolver, stages)
    for stage in stages:
        _run_stage(resolver, stage)
    say(_report(resolver))
    shutdown_distributed()
    return resolver.work_dir


def _headline(resolver: Resolver) -> str:
    lines = [f"{resolver.request.config} in {resolver.work_dir}:"]
    for number, stage in enumerate(resolver.stages, 1):
        what = "trains" if stage.trains else "predicts pseudo-labels with"
        lines.append(f"  {number}. {stage.name} {what} {_relative(stage.config)}")
    return "\n".join(lines)


def _prepare(
    resolver: Resolver, afresh: list[Stage], given: str | None, only: str | None
) -> None:
    check_writable(resolver.work_dir)
    move_aside(resolver, afresh)
    if given is not None:
        record_given(resolver, given)
    if only is None:
        check_not_stale(resolver)
    draw_toycity(resolver.request)


def _check(resolver: Resolver, stages: list[Stage]) -> None:
    """Check all that can be checked before the first stage runs."""
    check_data = DataCheck()
    for stage in stages:
        if (resolver.folder(stage) / DONE).exists():
            continue
        cfg = resolver.stage_config(stage)
        if len(stages) == 1:  # then nothing will make its inputs before it runs
            inputs_of(stage, cfg, resolver)
        weights = _known_weights(resolver, stage, cfg)
        model = check_model(cfg, weights, trains=stage.trains)
        if not stage.trains:
            check_predicting(stage, cfg)
            continue
        if weights is None:
            _check_networks_fit(resolver, stage, cfg, model)
        _set_labels(resolver, stage, cfg)
        check_data(cfg, stage.name)


def _check_networks_fit(
    resolver: Resolver, stage: Stage, cfg: Config, model: nn.Module
) -> None:
    """Check weights that are yet to be trained by their shapes."""
    origin = weights_origin(stage, cfg)
    if origin is None or is_file_name(origin):
        return
    earlier = check_model(resolver.stage_config(resolver.find(origin)), None)
    report = compare_with_model(model, earlier.state_dict(), ignore=("heads.*",))
    if not report.is_complete:
        raise StageError(
            f"the network of stage '{stage.name}' differs from that of stage "
            f"'{origin}', whose weights it starts from:\n{report}\nMake them the "
            "same; a key of --cfg-options without the name of a stage changes both."
        )


def _set_labels(resolver: Resolver, stage: Stage, cfg: Config) -> None:
    if stage.labels is not None:
        folder = resolver.folder(stage.labels)
        there = (folder / DONE).exists()
        set_labels(cfg, folder if there else None, stage.name)


def _known_weights(resolver: Resolver, stage: Stage, cfg: Config) -> Path | None:
    origin = weights_origin(stage, cfg)
    if origin is None or is_file_name(origin):
        return Path(origin) if origin else None
    done = read_json(resolver.folder(origin) / DONE)
    return resolver.folder(origin) / done["checkpoint"] if done else None


def _run_stage(resolver: Resolver, stage: Stage) -> None:
    cfg = resolver.stage_config(stage)
    inputs, decision = on_rank_zero(decide_and_take, resolver, stage, cfg)
    if decision.note:
        say(f"{stage.name}: {decision.note}")
    if decision.action == SKIP:
        say(f"{stage.name}: finished, skipped")
        return
    folder = resolver.folder(stage)
    begun = time.time()
    if stage.trains:
        _train(resolver, stage, cfg, inputs, decision)
    else:
        say(f"\n=== {stage.name}: pseudo-labels from {inputs.weights} ===")
        on_rank_zero(mark_begun, folder, stage, cfg, inputs)
        on_rank_zero(cfg.dump, str(folder / "config.py"))
        run_pseudo_label_stage(resolver, stage, cfg, inputs.weights)
    barrier()
    on_rank_zero(mark_done, folder, stage, time.time() - begun)


def _train(
    resolver: Resolver, stage: Stage, cfg: Config, inputs: Inputs, decision: Decision
) -> None:
    folder = resolver.folder(stage)
    set_cpu_model_wrapper(cfg)
    if inputs.labels is not None:
        set_labels(cfg, inputs.labels, stage.name)
        on_rank_zero(DataCheck(), cfg, stage.name)
    length = f"{cfg.train_cfg.max_iters} iterations"
    if decision.action == RESUME:
        say(f"\n=== {stage.name}: resuming {decision.checkpoint} of {length} ===")
    else:
        start = f", starting from {inputs.weights}" if inputs.weights else ""
        say(f"\n=== {stage.name}: training, {length}{start} ===")
    for change in resolver.toy_changes.get(stage.name, []):
        say(f"toy overlay: {change}")
    on_rank_zero(mark_begun, folder, stage, cfg, inputs)
    run_train_stage(cfg, stage.name, inputs.weights, decision.checkpoint)


def _report(resolver: Resolver) -> str:
    results = {}
    for stage in resolver.stages:
        path = resolver.folder(stage) / "result.json"
        if stage.trains and path.is_file():
            result = json.loads(path.read_text())
            if result.get("final"):
                results[stage.name] = result
    if not results:
        return "no results to show: nothing was validated"
    return f"\n{results_table(results)}\n(best is chosen with target labels)"


def _relative(path: Path) -> Path:
    path = path.resolve()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
