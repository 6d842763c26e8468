"""What the options of a training stage add to the data of its config."""

from collections.abc import Iterable
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.walk import dicts_in

from .overrides import regions_in, translated_in

_PACKED_AS = {"PackSegInputs": "PackRegionLabels"}


def add_region_labels(cfg: Config, names: Iterable[str]) -> None:
    """Let the source of a config load the label grids of these region-grid stages.

    Pipelines that label regions themselves are left as they are, and so are those
    without a ``LoadLabels``, or a ``PackSegInputs`` at their end.
    """
    if regions_in(cfg):
        return
    transforms = [{"type": "LoadRegionLabels", "name": name} for name in names]
    for node in dicts_in(_domains(cfg).get("source") or {}):
        pipeline = node.get("pipeline") or ()
        types = [transform.get("type") for transform in pipeline]
        if "LoadLabels" in types and types[-1] in _PACKED_AS:
            *rest, pack = pipeline
            behind = types.index("LoadLabels") + 1
            pack = {**pack, "type": _PACKED_AS[types[-1]]}
            node["pipeline"] = [*rest[:behind], *transforms, *rest[behind:], pack]


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
