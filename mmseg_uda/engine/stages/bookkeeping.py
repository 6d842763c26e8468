"""Reading and writing what a stage leaves behind; called on rank 0 alone."""

from pathlib import Path

from mmengine.config import Config
from mmengine.dist import get_world_size

from mmseg_uda.atomic_files import write_json

from .decide import SKIP, Decision, decide
from .inputs import Inputs, check_there, inputs_of, outputs_of
from .ranks import say
from .record import DONE, STARTED, data_roots, fingerprint, read_json
from .resolve import Resolver
from .stage import Stage


def decide_and_take(
    resolver: Resolver, stage: Stage, cfg: Config
) -> tuple[Inputs, Decision]:
    """Find out what a stage starts from and what to do with it.

    Raises:
        StageError: If it can be neither skipped, resumed nor started.
    """
    folder = resolver.folder(stage)
    if (read_json(folder / DONE) or {}).get("given"):
        return Inputs(None, None, {}), decide(stage.name, folder, {}, {})
    inputs = inputs_of(stage, cfg, resolver)
    now = _fingerprint(stage, cfg, inputs)
    decision = decide(stage.name, folder, now, data_roots(cfg))
    if decision.action != SKIP:
        check_there(stage, inputs)
    return inputs, decision


def _fingerprint(stage: Stage, cfg: Config, inputs: Inputs) -> dict[str, str]:
    if stage.trains:
        return fingerprint({**cfg, "inputs": inputs.hashes})
    own = {"model": cfg.model, "rule": stage.rule, "tta": stage.tta}
    return fingerprint({**own, "inputs": inputs.hashes})


def mark_begun(folder: Path, stage: Stage, cfg: Config, inputs: Inputs) -> None:
    """Write down what a stage is started or resumed with."""
    folder.mkdir(parents=True, exist_ok=True)
    before = read_json(folder / STARTED)
    ranks = get_world_size()
    if before is not None and before.get("ranks") != ranks:
        say(
            f"{stage.name}: warning: begun with {before.get('ranks')} processes, goes "
            f"on with {ranks}; the batch of an iteration changes with their number"
        )
    record = {
        "stage": stage.name,
        "ranks": ranks,
        "data_roots": data_roots(cfg),
        "fingerprint": _fingerprint(stage, cfg, inputs),
    }
    write_json(folder / STARTED, record)


def mark_done(folder: Path, stage: Stage, seconds: float) -> None:
    """Write down that a stage is finished, and what it has made."""
    started = read_json(folder / STARTED) or {}
    record = {**started, **outputs_of(stage, folder), "seconds": round(seconds, 1)}
    write_json(folder / DONE, record)
