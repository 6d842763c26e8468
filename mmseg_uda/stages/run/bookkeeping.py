"""Reading and writing what a stage leaves behind; called on rank 0 alone."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import get_world_size

from mmseg_uda.utils.atomic_files import write_json

from .config_nodes import deciding_hooks, stopping
from .decide import SKIP, Decision, decide
from .inputs import Inputs, check_there, inputs_of, outputs_of
from .ranks import say
from .record import DONE, STARTED, data_roots, fingerprint, read_json
from .region_label_stage import deciding_regions
from .resolve import Resolver
from .stage import Stage
from .translate_stage import deciding_translation


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
    decision = decide(stage.name, folder, now, _data_roots(stage, cfg))
    if decision.action != SKIP:
        check_there(stage, inputs.weights, inputs.average_with)
    return inputs, decision


def _fingerprint(stage: Stage, cfg: Config, inputs: Inputs) -> dict[str, str]:
    if stage.trains:
        own = {"default_hooks": deciding_hooks(cfg) or None, "stopping": stopping(cfg)}
        return fingerprint({**cfg, **own, "inputs": inputs.hashes})
    if stage.finds_regions:
        return fingerprint(deciding_regions(stage, cfg))
    if stage.translates:
        own = deciding_translation(stage, cfg)
        return fingerprint({**own, "inputs": inputs.hashes})
    own = {"model": cfg.model, "rule": stage.rule, "tta": stage.tta}
    if stage.statistics is not None:
        own["target_statistics"] = asdict(stage.statistics)
    return fingerprint({**own, "inputs": inputs.hashes})


def _data_roots(stage: Stage, cfg: Config) -> dict[str, str]:
    """Return where what a stage reads lies, its hooks' data sets included."""
    hooks = {}
    if stage.trains:
        custom = cfg.get("custom_hooks") or []
        hooks = {"custom_hooks": custom, "default_hooks": deciding_hooks(cfg)}
    return data_roots(cfg, hooks)


def begin_record(stage: Stage, cfg: Config, inputs: Inputs) -> dict[str, Any]:
    """Describe what a stage is started or resumed with."""
    return {
        "stage": stage.name,
        "ranks": get_world_size(),
        "data_roots": _data_roots(stage, cfg),
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
    folder: Path, stage: Stage, record: Mapping[str, Any], seconds: float
) -> None:
    """Write down that a stage is finished, and what it has made."""
    record = {**record, **outputs_of(stage, folder), "seconds": round(seconds, 1)}
    write_json(folder / DONE, record)
