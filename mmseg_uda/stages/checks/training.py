"""What would go wrong, or do nothing, in a training that can be built."""

import json
from pathlib import Path

from mmengine.config import Config
from torch import nn

from mmseg_uda.pseudo_labels import PseudoLabelWriter, outcome_warnings

from ..config.overrides import pseudo_labelled_in
from ..ranks import say
from .head_losses import check_head_losses
from .noise_bounds import check_noise_bounds
from .pooled_norms import check_pooled_norms
from .preprocessors import check_preprocessor
from .target_statistics import check_target_statistics


def check_training(stage: str, cfg: Config, model: nn.Module) -> None:
    """Check the config of a training stage against its built model.

    Args:
        stage: Name of the stage.
        cfg: Its config.
        model: The model.

    Raises:
        StageError: If something would fail late, or have no effect.
    """
    for unused in check_head_losses(cfg.model):
        say(
            f"{stage}: note: {unused}, which comes with mmseg's file of this network, "
            "has no effect: the objectives are minimised"
        )
    check_preprocessor(cfg, model)
    check_pooled_norms(model, cfg)
    check_noise_bounds(stage, cfg, model)
    check_target_statistics(stage, cfg, model)
    for node in pseudo_labelled_in(cfg):
        for warning in _of_labels(node.get("pseudo_label_dir")):
            say(f"{stage}: warning: {warning}")


def _of_labels(folder: str | None) -> list[str]:
    """Return what is to be said of pseudo-labels that a config names itself."""
    file = Path(folder or "", PseudoLabelWriter.report)
    if folder is None or not file.is_file():  # its data set says that it is missing
        return []
    report = json.loads(file.read_text())
    return outcome_warnings(report, folder) if report.get("per_class") else []
