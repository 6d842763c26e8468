"""A checkpoint with other batch norm statistics."""

from __future__ import annotations

import io
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, load_checkpoint_file
from mmseg_uda.weights.published import to_mmseg_names
from mmseg_uda.weights.safe_loading import load_weights_file

#: Entry of ``meta`` that says where the statistics come from.
META = "batch_norm_statistics"


def write_adapted(
    model: nn.Module, checkpoint: Path, out: Path, origin: Mapping[str, Any]
) -> None:
    """Write what a model has become, as a checkpoint that mmseg and later stages load.

    Discriminators and the like come from the checkpoint as they are, and so does its
    ``meta`` (classes and palette among it). Optimizers and schedules stay behind:
    nothing goes on from other statistics as if nothing had happened.

    Args:
        model: The model, loaded from the checkpoint and adapted.
        checkpoint: The checkpoint; no code of it is executed.
        out: File to write, in one step.
        origin: What to say about the statistics in ``meta``, plain values.

    Raises:
        OSError: If the file cannot be written.
    """
    before = to_mmseg_names(load_weights_file(checkpoint))
    weights = {k: v for k, v in model.state_dict().items() if not _only_trains(k)}
    weights |= {k: v for k, v in before.items() if _only_trains(k)}
    meta = load_checkpoint_file(checkpoint).get("meta")
    meta = {**(meta if isinstance(meta, dict) else {}), META: dict(origin)}
    buffer = io.BytesIO()
    torch.save({"meta": meta, "state_dict": _on_cpu(weights)}, buffer)
    write_atomic(out, buffer.getvalue())


def _only_trains(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in TRAINING_PARTS)


def _on_cpu(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    # a view would drag the whole storage that it is a part of into the file
    return {name: weight.detach().cpu().clone() for name, weight in weights.items()}
