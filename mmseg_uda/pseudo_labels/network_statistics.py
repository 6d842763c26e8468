"""Target statistics for the networks that predict pseudo-labels."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.models.segmentors.mean_segmentor import MeanSegmentor
from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
)


def networks_in(model: nn.Module) -> list[nn.Module]:
    """Return the networks whose mean predicts: the model, or its members."""
    return list(model.members) if isinstance(model, MeanSegmentor) else [model]


def adapt_networks(
    model: nn.Module, images: ImageFiles, options: StatisticsOptions, num_workers: int
) -> None:
    """Give every network the batch norm statistics of the images, in place.

    A network without batch norm stays as it is.

    Args:
        model: What predicts.
        images: The images as a test loads them, without test-time augmentation.
        options: How the statistics are taken.
        num_workers: Processes that load images, per rank.

    Raises:
        ValueError: See :func:`mmseg_uda.statistics.adapt_statistics`.
    """
    for network in networks_in(model):
        if adaptable_norms(network, options.layers):
            adapt_statistics(network, images, options, num_workers)


def described(model: nn.Module, options: StatisticsOptions) -> dict[str, Any]:
    """Say for ``pseudo_labels.json`` what has been adapted and how."""
    norms = [len(adaptable_norms(each, options.layers)) for each in networks_in(model)]
    return {
        **asdict(options),
        "layers": list(options.layers),
        "batch_norms": sum(norms),
    }
