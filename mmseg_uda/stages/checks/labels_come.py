"""Whether somebody makes the pseudo-labels that a training waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.overrides import agreement_in, pseudo_labelled_in
from ..errors import StageError

if TYPE_CHECKING:
    from ..base_stage import BaseStage
    from ..run.outlook import Outlook


def check_labels_come(outlook: Outlook, stage: BaseStage) -> None:
    """Check that a training that takes no labels, and its scores, wait for none.

    Raises:
        StageError: If it does: nothing would ever make them.
    """
    cfg = outlook.config(stage)
    if any(not node.get("pseudo_label_dir") for node in agreement_in(cfg)):
        raise StageError(
            f"stage '{stage.name}' takes no pseudo-labels, so its AgreementMetric does "
            "not know which ones to compare with: set its pseudo_label_dir to a folder "
            "that is there, or score that stage by something else"
        )
    nodes = pseudo_labelled_in(cfg)
    if all(node.get("pseudo_label_dir") for node in nodes):
        return
    advice = (
        "Set the pseudo_label_dir of its PseudoLabelledDataset to a folder written by "
        "tools/generate_pseudo_labels.py, or list the stages that make the labels "
        "(docs/stages.md)."
    )
    if any(later.weights_from == stage.name for later in outlook.resolver.stages):
        advice = (
            "Give the checkpoint that stands in for this stage: "
            "--stage-one-checkpoint FILE. To train the stage, give it a config of its "
            f"own: stages.{stage.name}.config."
        )
    raise StageError(
        f"stage '{stage.name}' would train on pseudo-labels, but no stage makes any "
        f"for it. {advice}"
    )
