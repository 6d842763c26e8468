"""Reading and writing what a stage leaves behind; called on rank 0 alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import get_world_size

from mmseg_uda.utils.atomic_files import write_json

from ..base_stage import BaseStage
from ..plan.resolve import Resolver
from ..ranks import say
from .decide import SKIP, Decision, decide
from .inputs import Inputs, check_there, inputs_of, weights_taken
from .record import DONE, STARTED, fingerprint, read_json


def decide_and_take(
    resolver: Resolver, stage: BaseStage, cfg: Config
) -> tuple[Inputs, Decision]:
    """Find out what a stage starts from and what to do with it.

    Raises:
        StageError: If it can be neither skipped, resumed nor started.
    """
    folder = resolver.folder(stage)
    if (read_json(folder / DONE) or {}).get("given"):
        return Inputs(), decide(stage.name, folder, {}, {})
    inputs = inputs_of(stage, cfg, resolver)
    now = _fingerprint(stage, cfg, inputs)
    decision = decide(stage.name, folder, now, stage.data_roots(cfg), stage.leaves)
    if decision.action != SKIP:
        check_there(stage, weights_taken(stage, inputs))
    return inputs, decision


def _fingerprint(stage: BaseStage, cfg: Config, inputs: Inputs) -> dict[str, str]:
    taken = {"inputs": inputs.hashes} if stage.takes else {}
    return fingerprint({**stage.deciding(cfg), **taken})


def begin_record(stage: BaseStage, cfg: Config, inputs: Inputs) -> dict[str, Any]:
    """Describe what a stage is started or resumed with."""
    return {
        "stage": stage.name,
        "ranks": get_world_size(),
        "data_roots": stage.data_roots(cfg),
        "fingerprint": _fingerprint(stage, cfg, inputs),
    }


def mark_begun(folder: Path, record: Mapping[str, Any]) -> None:
    """Write down what a stage is started or resumed with."""
    before = read_json(folder / STARTED) or record
    if before.get("ranks") != record["ranks"]:
        say(
            f"{record['stage']}: warning: begun with {before.get('ranks')} processes, "
            f"goes on with {record['ranks']}; the batch of an iteration changes with "
            "their number"
        )
    write_json(folder / STARTED, record)


def mark_done(
    folder: Path, stage: BaseStage, record: Mapping[str, Any], seconds: float
) -> None:
    """Write down that a stage is finished, and what it has made."""
    made = stage.outputs(folder)
    if not any(key.endswith("_hash") for key in made):
        raise TypeError(
            f"{stage.kind}.outputs() must name the hash of what it has made, as "
            f"'{stage.makes}_hash' (of weights 'checkpoint' and 'checkpoint_hash'); it "
            f"names {', '.join(made) or 'nothing'}"
        )
    write_json(folder / DONE, {**record, **made, "seconds": round(seconds, 1)})
