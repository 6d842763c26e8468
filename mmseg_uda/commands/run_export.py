"""What ``mmseg-uda export`` does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.hooks.result_hook import RESULT
from mmseg_uda.exporting.export import export
from mmseg_uda.exporting.export_folder import check_free
from mmseg_uda.planning.fingerprint import FILE
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.ranks import say
from mmseg_uda.utils.percent import percent
from mmseg_uda.weights.weight_files import check_is_file

_ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
_ITERATION = re.compile(r"iter_(\d+)\.pth$")


def run_export(
    request: Request,
    checkpoint: str,
    out: str,
    stage: str | None = None,
    onnx: bool = False,
    **how: Any,
) -> dict:
    """Export a network and say what there is.

    Args:
        request: Config and changes to it.
        checkpoint: Weights of the model.
        out: Output folder.
        stage: Training stage whose model it is; default: the last one.
        onnx: Write ONNX as well.
        **how: Further options of :func:`.export`.

    Returns:
        The content of ``export.json``.

    Raises:
        ValueError: If a package is missing, or the network cannot be exported.
        OSError: If a file is missing, or the folder holds something.
    """
    missing = [name for name in _ONNX_PACKAGES if onnx and find_spec(name) is None]
    if missing:
        raise ValueError(
            f"--onnx needs {', '.join(missing)}: pip install 'mmseg_uda[onnx]'"
        )
    resolver = Resolver(request)
    training = resolver.training_stage(stage)
    cfg = resolver.stage_config(training)
    story = dict(
        equations=_equations(resolver, training.name),
        data=_data(Path(request.config).with_name(FILE)) or _domains(cfg),
        scores=_scores(Path(checkpoint)),
        weights=sorted(_pretrained(cfg.get("model"))),
    )
    check_is_file(checkpoint, "checkpoint")
    check_free(out, bool(how.get("overwrite")))  # before it says that it takes long
    say("checking the export takes a minute or two: it predicts, and loads, it anew")
    with toy_explained(request.toy):
        report = export(cfg, checkpoint, out, story, onnx=onnx, **how)
    files = [name for name in report["files"] if "/" not in name]
    say(f"exported to {out}: {', '.join(files)}")
    differing = report["checked"].get("onnx_pixels_that_differ")
    if differing is not None:
        say(f"ONNX and PyTorch differ in at most {percent(max(differing))} of pixels")
    return report


def _equations(resolver: Resolver, last: str) -> str:
    """Return what the stages up to one minimise; empty for a stock config."""
    texts = []
    for stage in resolver.stages:
        if stage.trains and not _is_of_ours(resolver.stage_config(stage)):
            return ""
        told = stage.describe(resolver)
        texts.append(f"{stage.name}: {told.heading}\n{told.body}".rstrip())
        if stage.name == last:
            break
    return "\n\n".join(texts)


def _is_of_ours(cfg: Config) -> bool:
    return cfg.model.type == "UDASegmentor"


def _data(fingerprint: Path) -> dict:
    """Return what ``mmseg-uda init`` has found in the folders, without their places."""
    try:
        folders = json.loads(fingerprint.read_text(encoding="utf-8"))["folders"]
        kept = ("images", "sizes", "files", "labels", "notes")
        return {
            name: {key: found[key] for key in kept if found.get(key)}
            for name, found in folders.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # the config was not made by init


def _domains(cfg: Config) -> dict:
    """Return the kind of data set of each domain in training."""
    training = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    domains = {k: v for k, v in (training.get("domains") or {}).items() if v}
    return {name: f"read by {_told(dataset)}" for name, dataset in domains.items()}


def _told(dataset: dict) -> str:
    """Return the type of a data set, and of the one whose images it takes."""
    images = dataset.get("images")
    inner = f" of {_told(images)}" if isinstance(images, dict) else ""
    named = dataset.get("name")
    return f"{dataset['type']}{f' ({named})' if named else ''}{inner}"


def _scores(checkpoint: Path) -> dict:
    """Return what a run has scored a checkpoint of its folder with."""
    found = _ITERATION.search(checkpoint.name)
    try:
        result = json.loads(checkpoint.with_name(RESULT).read_text(encoding="utf-8"))
        scored = [*result["history"], result.get("final")]
        return [s for s in scored if s and found and s["iter"] == int(found[1])][-1]
    except (OSError, ValueError, KeyError, IndexError):
        return {}


def _pretrained(node: Any) -> Iterator[str]:
    """Yield where weights of parts of a model come from."""
    if isinstance(node, dict):
        if node.get("type") == "Pretrained" and isinstance(node.get("checkpoint"), str):
            yield node["checkpoint"]
        for value in node.values():
            yield from _pretrained(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _pretrained(value)
