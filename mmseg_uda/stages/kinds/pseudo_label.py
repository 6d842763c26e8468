"""Predicting pseudo-labels as a stage of a run."""

import copy

from mmengine.config import Config

from mmseg_uda.datasets.pseudo_label_report import few_classes
from mmseg_uda.pseudo_labels import (
    LabelWeights,
    nothing_kept,
    outcome_line,
    outcome_warnings,
)
from mmseg_uda.pseudo_labels import run_pseudo_label_stage as predict

from .errors import StageError
from .inputs import Inputs
from .overrides import pseudo_labelled_in
from .ranks import say
from .resolve import Resolver
from .stage import Stage


def run_pseudo_label_stage(
    resolver: Resolver, stage: Stage, cfg: Config, inputs: Inputs
) -> None:
    """Label the target's training images with a checkpoint.

    Args:
        resolver: The run.
        stage: The stage, with its rule.
        cfg: Config of the stage that trained the checkpoint.
        inputs: What it starts from: the weights to predict with, and those of further
            networks whose predictions are averaged with its own.

    Raises:
        StageError: If no pixel keeps a label, or a single class is left: there would be
            nothing to learn from. On ToyCity that is a warning, since a trial of a few
            iterations is to show that all stages run.
    """
    take_images_of_learner(resolver, stage, cfg)
    folder = resolver.folder(stage)
    report = predict(
        cfg,
        inputs.weights,
        folder,
        rule=dict(stage.rule),
        tta=stage.tta,
        average_with=tuple(inputs.average_with.values()),
        weights=weights_of_learner(resolver, stage),
        statistics=stage.statistics,
    )
    say(f"{stage.name}: {outcome_line(report)}")
    if report["kept_share"] == 0:
        useless = nothing_kept(report, folder)
    else:
        useless = few_classes(report)
    if useless and not resolver.request.toy:
        raise StageError(
            f"stage '{stage.name}': {useless}, so there is nothing to learn from. Ease "
            f"the rule (--cfg-options {stage.name}.rule...) and add --restart-from "
            f"{stage.name}, or train longer and add --restart-from "
            f"{stage.weights_from}. Which classes its own labels hold says "
            f"tools/check_data.py."
        )
    if useless:
        say(
            f"{stage.name}: warning: {useless}, so the next stage learns nothing. "
            "Without --toy the run would stop here."
        )
        return
    for warning in outcome_warnings(report, folder):
        say(f"{stage.name}: warning: {warning}")


def take_images_of_learner(resolver: Resolver, stage: Stage, cfg: Config) -> None:
    """Label exactly the images that the stage after this one learns from.

    They need not be those of the stage that predicts: source-only training has no
    target at all.

    Raises:
        StageError: If neither stage has target images.
    """
    for learner in _learners(resolver, stage):
        for node in pseudo_labelled_in(resolver.stage_config(learner)):
            cfg.train_dataloader.dataset.domains = {"target": copy.deepcopy(node)}
            return
    domains = (cfg.train_dataloader.dataset.get("domains") or {}).get("target")
    if domains is None:
        raise StageError(
            f"stage '{stage.name}': no stage takes its labels, and the config of stage "
            f"'{stage.weights_from}' has no target domain whose images it could label"
        )


def weights_of_learner(resolver: Resolver, stage: Stage) -> LabelWeights | None:
    """Return what the stage after this one weights the labels with, None for nothing.

    The network that predicts has these maps only by chance.
    """
    for learner in _learners(resolver, stage):
        return LabelWeights.of_training(resolver.stage_config(learner).model)
    return None


def _learners(resolver: Resolver, stage: Stage) -> list[Stage]:
    """The first stage that takes a stage's labels, if there is one."""
    return [s for s in resolver.stages if s.labels == stage.name][:1]
