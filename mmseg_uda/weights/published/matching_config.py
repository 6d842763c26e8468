"""The config of this project that a converted checkpoint fits."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_uda.weights.checkpoints import WeightsReport, compare_with_model

from .conversion import Conversion
from .head import CONCAT, SUM
from .wanted_model import wanted_model

_VGG = "configs/adaptseg/adaptseg_vgg16_gta.py"
# by kind of head, and whether there is an auxiliary one
_BASES = {
    (SUM, True): "configs/adaptseg/adaptseg_gta.py",
    (SUM, False): "configs/adaptseg/adaptseg_single_level_gta.py",
    (CONCAT, True): "configs/mrnet/mrnet_gta.py",
    (CONCAT, False): "configs/source_only/source_only_single_head_gta.py",
}
_LCRF = {
    "configs/mrnet/mrnet_gta.py": "configs/lcrf/mrnet_lcrf_gta.py",
}
# of parts whose config does not name them
_DEFAULTS = {"stem_channels": 64, "base_channels": 64, "se_ratio": 16}


@dataclass(frozen=True)
class MatchingConfig:
    """A shipped config, and what a child of it has to change.

    Attributes:
        base: The config, relative to the repository.
        lcrf: The config that runs LCRF on such a network, or None.
        model: Changed entries of its ``model``; empty if it fits as it is.
    """

    base: str
    lcrf: str | None
    model: dict[str, Any]

    def text(self) -> str:
        """Return the child config's text; put it into a folder next to the base's."""
        return self._child(self.base)

    def lcrf_text(self, stage_one: str) -> str:
        """Return the text of a child config that runs LCRF.

        Args:
            stage_one: Path of the file that holds :meth:`text`, relative to this one.
        """
        stages = dict(stages=dict(stage_one=dict(config=stage_one)))
        return self._child(self.lcrf or self.base, **stages)

    def next_command(self, checkpoint: Path) -> str:
        """Return the command that uses a converted checkpoint."""
        if self.lcrf is None:
            base = "configs/own/converted.py" if self.model else self.base
            return f"python tools/test.py {base} {checkpoint}"
        lcrf = "configs/own/converted_lcrf.py" if self.model else self.lcrf
        return f"python tools/train.py {lcrf} --stage-one-checkpoint {checkpoint}"

    def _child(self, base: str, **more: Any) -> str:
        model = {k: v for k, v in self.model.items() if k != "heads" or not more}
        body = Config({"model": model, **more}).pretty_text.strip()
        return f'_base_ = "../{base.removeprefix("configs/")}"\n{body}\n'


def matching_config(conversion: Conversion, root: Path) -> MatchingConfig | None:
    """Find the config that a checkpoint fits, and try it on the model.

    Args:
        conversion: The converted checkpoint.
        root: Folder that holds ``configs/``.

    Returns:
        The config, or None if there is no such network, as a ResNet of odd depth.

    Raises:
        ValueError: If the weights do not fit completely into that config's model.
    """
    layout = conversion.layout
    if layout.trunk.config is None:
        return None
    base = _BASES[layout.main.kind, layout.aux is not None]
    if layout.pattern == "vgg":
        base = _VGG
    cfg = Config.fromfile(root / base)
    changes = _difference(wanted_model(conversion), cfg.model.to_dict())
    heads = cfg.model.get("heads") or {}
    classes = layout.main.num_classes
    others = [n for n, h in heads.items() if h and h.in_channels != classes]
    if others:
        changes["heads"] = {name: dict(in_channels=classes) for name in others}
    found = MatchingConfig(base, _LCRF.get(base), changes)
    report = _try(cfg, changes, conversion)
    if not report.is_complete:
        raise ValueError(
            f"the converted weights do not fit the model of {base}:\n{report}\nThis is "
            "a network that has the literature's names but another inside."
        )
    return found


def _try(cfg: Config, changes: dict, conversion: Conversion) -> WeightsReport:
    model = Config(dict(model=cfg.model.segmentor.to_dict()))
    # merging takes the marks of replaced dicts out of what is merged
    model.merge_from_dict(dict(model=copy.deepcopy(changes.get("segmentor", {}))))
    init_default_scope("mmseg")
    with torch.device("meta"):
        network = MODELS.build(model.model)
    return compare_with_model(network, conversion.weights)


def _difference(wanted: Mapping, given: Mapping) -> dict[str, Any]:
    """Return the entries of ``wanted`` that ``given`` does not have, nested alike."""
    changed: dict[str, Any] = {}
    for key, value in wanted.items():
        ours = given.get(key, _DEFAULTS.get(key))
        if isinstance(value, Mapping) and isinstance(ours, Mapping):
            if "type" in value and value["type"] != ours.get("type"):
                changed[key] = dict(_delete_=True, **value)
            elif inner := _difference(value, ours):
                changed[key] = inner
        elif value != (list(ours) if isinstance(ours, tuple) else ours):
            changed[key] = value
    return changed
