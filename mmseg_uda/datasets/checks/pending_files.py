"""Data sets whose files a stage is yet to make."""

from collections.abc import Mapping, Sequence
from typing import Any


def without_missing_labels(cfg: Mapping[str, Any]) -> dict:
    """Leave out labels that are yet to be made.

    Data sets that wait for pseudo-labels or translations are replaced by their images,
    and transforms that wait for regions are dropped.
    """
    cfg = {key: value for key, value in cfg.items()}
    if cfg.get("domains"):
        cfg["domains"] = {
            name: domain and without_missing_labels(domain)
            for name, domain in cfg["domains"].items()
        }
    elif waits_for_files(cfg):
        return dict(cfg["images"])
    elif "pipeline" in cfg:
        cfg["pipeline"] = without_regions(cfg["pipeline"])
    return cfg


def without_regions(pipeline: Sequence[Any]) -> list[Any]:
    """Leave out of a pipeline the transforms that wait for regions."""
    kept = [transform for transform in pipeline if not _waits_for_regions(transform)]
    if any(_kind(transform) == "LoadRegionLabels" for transform in kept):
        return kept
    return [
        {**transform, "type": "PackSegInputs"}
        if _kind(transform) == "PackRegionLabels"
        else transform
        for transform in kept
    ]


def waits_for_files(cfg: Mapping[str, Any]) -> bool:
    """Whether a data set adds files to another one's images that are yet to be made."""
    folders = (cfg.get("pseudo_label_dir"), cfg.get("translated_dir"))
    return "images" in cfg and folders == (None, None)


def _waits_for_regions(transform: Any) -> bool:
    is_one = _kind(transform) in ("LabelRegions", "LoadRegionLabels")
    return is_one and transform.get("region_dir") is None


def _kind(transform: Any) -> str | None:
    return transform.get("type") if isinstance(transform, Mapping) else None
