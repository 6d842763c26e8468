"""Whether a stage fits the stages whose weights it will take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torch import nn

from mmseg_uda.weights.checkpoints import TRAINING_PARTS, compare_with_model

from ..errors import StageError
from ..weights.given_weights import stage_of_weights
from .model import check_model

if TYPE_CHECKING:
    from ..base_stage import BaseStage
    from ..run.outlook import Outlook


def check_follows(
    outlook: Outlook, stage: BaseStage, model: nn.Module, weights: Path | None
) -> None:
    """Check a stage against the one whose weights it takes when they are there.

    Args:
        outlook: What is about to be done.
        stage: The stage.
        model: Its model.
        weights: What it starts from, if that is there already: then it was tried.

    Raises:
        StageError: If the networks differ, or no best weights will be kept.
    """
    if weights is not None or stage_of_weights(stage) is None:
        return
    origin = outlook.resolver.find(str(stage_of_weights(stage)))
    cfg = outlook.resolver.stage_config(origin)
    if stage.weights == "best" and not origin.keeps_best(cfg):
        why = "it writes one file of weights"
        if origin.trains:
            why = "it is not validated, or default_hooks.checkpoint has no save_best"
        raise StageError(
            f"stage '{stage.name}' takes the best weights of '{origin.name}', which "
            f"will keep none: {why}. Use weights='final'."
        )
    earlier = check_model(cfg, None, trains=False)
    report = compare_with_model(model, earlier.state_dict(), ignore=TRAINING_PARTS)
    if not report.is_complete:
        raise StageError(
            f"the network of stage '{stage.name}' differs from that of stage "
            f"'{origin.name}', whose weights it starts from:\n{report}\nMake them the "
            "same; a key of --cfg-options without the name of a stage changes both."
        )


def check_alike(outlook: Outlook, stage: BaseStage, option: str) -> None:
    """Check that one network can hold all weights whose predictions are averaged.

    Args:
        outlook: What is about to be done.
        stage: The stage that predicts.
        option: Its option that names further stages.

    Raises:
        StageError: If one of them trains another network.
    """
    network = outlook.config(stage).model.segmentor
    for name in stage.named(option):
        other = outlook.resolver.stage_config(outlook.resolver.find(name))
        if other.model.segmentor != network:
            raise StageError(
                f"stage '{stage.name}': {option}='{name}' trains another network "
                f"than '{stage.weights_from}'. Averaged are networks of one "
                "model.segmentor; they may differ in all else"
            )
