"""Whether a stage that predicts pseudo-labels has what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.config import Config
from mmengine.dataset import Compose
from torch import nn

from mmseg_uda.prediction.target_images import inference_pipeline
from mmseg_uda.pseudo_labels import SelectionRule
from mmseg_uda.pseudo_labels.score_map import check_score_map
from mmseg_uda.registry import RULES
from mmseg_uda.statistics import adaptable_norms

from ..errors import StageError
from .building import building
from .signatures import check_arguments

if TYPE_CHECKING:
    from ..kinds.pseudo_label import PseudoLabelStage


def check_predicting(
    stage: PseudoLabelStage, cfg: Config, model: nn.Module | None = None
) -> SelectionRule:
    """Check what a stage that predicts pseudo-labels needs, and return its rule.

    Args:
        stage: The stage.
        cfg: Config of the model that predicts.
        model: That model; None if its maps are not to be looked at.

    Raises:
        StageError: If there is no such rule, an option of it is unknown or out of
            range, the model lacks a map that it asks for, or the pipeline for the
            images is missing or wrong.
    """
    if stage.tta and not cfg.get("tta_pipeline"):
        raise StageError(
            f"stage '{stage.name}' has tta=True, but {stage.config} defines no "
            "tta_pipeline. Add one (configs/_base_/datasets/cityscapes_eval.py has an "
            "example), or set tta=False."
        )
    check_arguments(RULES, stage.rule, "rule (an option set to None is left out)")
    with building("rule"):
        rule = RULES.build(dict(stage.rule))
        if rule.score_map is not None and model is not None:
            check_score_map(model, rule.score_map, stage.tta)
    if stage.statistics is not None and model is not None:
        with building("target_statistics"):
            adaptable_norms(model, stage.statistics.layers)
    with building("the pipeline of images to label"):
        Compose(inference_pipeline(cfg, stage.tta))
    return rule
