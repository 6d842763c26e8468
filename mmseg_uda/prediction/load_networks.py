"""Loading the weights of the networks that predict."""

import copy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import get_rank
from torch import nn

from mmseg_uda.models.segmentors.mean_segmentor import MeanSegmentor
from mmseg_uda.weights.checkpoints import load_into


def load_networks(
    model: nn.Module, checkpoints: Sequence[str | Path], **options: Any
) -> tuple[nn.Module, dict[str, dict[str, int]]]:
    """Load a model; of several checkpoints, one a network, their mean.

    What of a file does not fit is told before anything is predicted.

    Args:
        model: The model; it gets the first checkpoint's weights.
        checkpoints: The files.
        **options: Of :func:`~mmseg_uda.weights.checkpoints.load_into`.

    Returns:
        What predicts; and by file how many weights fit and do not, for those that fit
        in part (:attr:`~mmseg_uda.weights.checkpoints.WeightsReport.counts`).

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one cannot be read, or fits less than ``options`` ask for.
    """
    networks = [model, *(copy.deepcopy(model) for _ in checkpoints[1:])]
    partial = {}
    for network, checkpoint in zip(networks, checkpoints, strict=True):
        report = load_into(network, str(checkpoint), **options)
        if not report.is_complete:
            partial[str(checkpoint)] = report.counts
            if get_rank() == 0:
                text = f"{partial_text(checkpoint, report.counts)}\n{report}"
                print(f"warning: {text}", file=sys.stderr, flush=True)
    return (MeanSegmentor(networks) if networks[1:] else model), partial


def partial_text(checkpoint: str | Path, counts: Mapping[str, int]) -> str:
    """Say how much of a network comes from a file that fits it only in part."""
    random = counts["missing"] + counts["wrong_shape"]
    text = f"'{checkpoint}' fits the network only in part"
    if not random:
        return f"{text}: {counts['unexpected']} of its weights were left out"
    return (
        f"{text}: {random} of the network's {random + counts['fitting']} weights are "
        "not in it and stay random"
    )
