"""Target statistics for the networks that predict pseudo-labels."""

from __future__ import annotations

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
) -> dict[str, list[str]]:
    """Give every network the batch norm statistics of the images, in place.

    A network without batch norm stays as it is.

    Args:
        model: What predicts.
        images: The images as a test loads them, without test-time augmentation.
        options: How the statistics are taken.
        num_workers: Processes that load images, per rank.

    Returns:
        For ``pseudo_labels.json``: the batch norms that are ``kept`` as they were, and
        ``warnings``, see :class:`mmseg_uda.statistics.Adaptation`, of any network.

    Raises:
        ValueError: See :func:`mmseg_uda.statistics.adapt_statistics`.
    """
    kept: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for network in networks_in(model):
        if adaptable_norms(network, options.layers):
            done = adapt_statistics(network, images, options, num_workers)
            kept.update(dict.fromkeys(done.kept))
            warnings.update(dict.fromkeys(done.warnings))
    return {"kept": [*kept], "warnings": [*warnings]}


def described(model: nn.Module, options: StatisticsOptions) -> dict[str, Any]:
    """Say for ``pseudo_labels.json`` what is adapted and how."""
    norms = [len(adaptable_norms(each, options.layers)) for each in networks_in(model)]
    return {
        **options.told(),
        "layers": list(options.layers),
        "batch_norms": sum(norms),
    }
