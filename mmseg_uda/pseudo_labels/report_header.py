"""What the report of pseudo-labels says of how they were made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.weights.checkpoints import file_hash

from .selection_rule import SelectionRule


def report_header(
    rule: SelectionRule,
    checkpoint: str | Path,
    config_name: str,
    images: ImageFiles,
    average_with: Sequence[str | Path] = (),
    partial: Mapping[str, Mapping[str, int]] | None = None,
    statistics: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the entries of the report that are known before the first image.

    Args:
        rule: Which pixels keep a label.
        checkpoint: File that the weights come from.
        config_name: Config that the model comes from.
        images: What is labelled.
        average_with: Files of further weights.
        partial: By file that fits in part, how many of its weights fit and do not.
        statistics: What batch norm statistics the model gets, if it does.
    """
    header = {
        "rule": rule.settings(),
        "thresholds": None,
        "checkpoint": str(checkpoint),
        "checkpoint_sha256": file_hash(checkpoint),
        "config": config_name,
        "tta": images.tta,
    }
    if average_with:
        header["averaged_with"] = {str(path): file_hash(path) for path in average_with}
    if partial:
        header["fits_in_part"] = dict(partial)
    if statistics is not None:
        header["target_statistics"] = dict(statistics)
    return header


def deciding(header: Mapping[str, Any], images: ImageFiles) -> dict[str, Any]:
    """Return of a header what decides the labels, with what does of the images."""
    settings = {key: header[key] for key in ("rule", "checkpoint_sha256", "tta")}
    settings["pipeline_sha256"] = images.pipeline_sha256
    settings["num_images"] = len(images)
    settings["images_sha256"] = text_sha256(images.names)
    if "averaged_with" in header:
        settings["averaged_with_sha256"] = list(header["averaged_with"].values())
    if "target_statistics" in header:
        settings["target_statistics"] = dict(header["target_statistics"])
    return settings
