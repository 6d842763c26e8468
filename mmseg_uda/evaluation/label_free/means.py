"""Means of scores over images, told and returned in percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmengine.logging import MMLogger, print_log
from prettytable import PrettyTable
from torch import Tensor


def mean_over_images(results: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of each number over all images, each counting the same.

    Raises:
        ValueError: If there is no image.
    """
    if not results:
        raise ValueError("no image was evaluated: the set is empty")
    return {
        name: torch.stack([result[name] for result in results]).mean(0)
        for name in results[0]
    }


def in_percent(values: Mapping[str, float], what: str) -> dict[str, float]:
    """Return scores of 0 to 1 in percent, two decimals, and log them as a table.

    Args:
        values: Scores by name.
        what: What they are of, which heads the table.
    """
    scores = {name: round(100 * float(value), 2) for name, value in values.items()}
    table = PrettyTable(list(scores))
    table.add_row([f"{score:.2f}" for score in scores.values()])
    print_log(
        f"label-free scores in percent, {what}\n{table}",
        logger=MMLogger.get_current_instance(),
    )
    return scores
