"""Whether the metrics of a config are there and take what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmseg.registry import METRICS

from .signatures import check_arguments


def check_evaluator(given: Any, where: str) -> None:
    """Check types and arguments of metrics, and of those that metrics are made of.

    Args:
        given: A metric, a list of them, or an evaluator with ``metrics``.
        where: Its key in the config.

    Raises:
        StageError: See :func:`check_arguments`.
    """
    if isinstance(given, Mapping) and "metrics" in given:
        given = given["metrics"]
    for metric in given if isinstance(given, list | tuple) else [given]:
        check_arguments(METRICS, metric, where)
        if "metric" in metric:  # of one domain
            check_evaluator(metric["metric"], f"{where}.metric")
