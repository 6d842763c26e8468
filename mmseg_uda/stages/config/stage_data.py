"""What the options of a training stage add to the data of its config."""

from collections.abc import Iterable
from typing import Any

from mmengine.config import Config

from .overrides import regions_in, translated_in

_LOAD = "LoadRegionLabels"


def add_region_labels(cfg: Config, names: Iterable[str]) -> None:
    """Let the source of a config load the label grids of these region-grid stages.

    A config that says where is left as it is, and so is a pipeline without a
    ``LoadLabels``, or a ``PackSegInputs`` at its end.
    """
    if any(node["type"] == _LOAD for node in regions_in(cfg)):
        return
    source = _domains(cfg).get("source") or {}
    pipeline = source.get("pipeline") or ()
    types = [transform.get("type") for transform in pipeline]
    if "LoadLabels" not in types or types[-1] != "PackSegInputs":
        return
    *rest, pack = pipeline
    behind = types.index("LoadLabels") + 1
    loading = [{"type": _LOAD, "name": name} for name in names]
    pack = {**pack, "type": "PackRegionLabels"}
    source["pipeline"] = [*rest[:behind], *loading, *rest[behind:], pack]


def join_translations(cfg: Config) -> None:
    """Join the source of a config with translations of its images.

    A config that reads translations itself is left as it is, and so is a source without
    a pipeline of its own.
    """
    source = _domains(cfg).get("source") or {}
    if translated_in(cfg) or "pipeline" not in source:
        return
    images = {key: value for key, value in source.items() if key != "pipeline"}
    _domains(cfg)["source"] = {
        "type": "TranslatedDataset",
        "images": images,
        "translated_dir": None,
        "originals": True,
        "pipeline": source["pipeline"],
    }


def _domains(cfg: Config) -> dict[str, Any]:
    dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    return dataset.get("domains") or {}
