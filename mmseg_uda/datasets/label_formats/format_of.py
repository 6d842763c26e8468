"""The format of a sample's label."""

from collections.abc import Mapping
from typing import Any

from .base_label_format import BaseLabelFormat
from .index_labels import IndexLabels


def format_of(sample: Mapping[str, Any]) -> BaseLabelFormat:
    """Return how the label of a sample is read: ids, unless it says otherwise."""
    return sample.get("label_format") or IndexLabels()
