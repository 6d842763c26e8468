"""Whether somebody makes the pseudo-labels that a training waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.overrides import pseudo_labelled_in
from ..errors import StageError

if TYPE_CHECKING:
    from ..base_stage import BaseStage
    from ..run.outlook import Outlook


def check_labels_come(outlook: Outlook, stage: BaseStage) -> None:
    """Check that a training that takes no labels does not wait for some.

    Raises:
        StageError: If it does: nothing would ever make them.
    """
    nodes = pseudo_labelled_in(outlook.config(stage))
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
