"""Predicting pseudo-labels as a stage of a run."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

from mmengine.config import Config
from torch import nn

from mmseg_uda.datasets.pseudo_label_report import few_classes
from mmseg_uda.prediction.target_images import check_target_classes
from mmseg_uda.pseudo_labels import (
    LabelWeights,
    nothing_kept,
    outcome_line,
    outcome_warnings,
    run_pseudo_label_stage,
)
from mmseg_uda.registry import STAGES
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.utils.options import from_options

from ..base_stage import WEIGHTS, BaseStage, Takes
from ..checks.follows import check_alike, check_follows
from ..checks.full_size_weights import toy_explained
from ..checks.model import check_model
from ..checks.outline import told_of_model
from ..checks.predicting import check_predicting
from ..config.overrides import pseudo_labelled_in
from ..equation import describe_rule, rule_as_text
from ..errors import StageError
from ..plan.resolve import Resolver
from ..run.inputs import Inputs
from ..run.outlook import Outlook
from ..run.stage_run import StageRun
from ..stage_options import check_weights, names_in, without_none
from ..told import Told, as_call


@STAGES.register_module()
class PseudoLabelStage(BaseStage):
    """Labels the target's training images with a checkpoint.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        checkpoint: Training stage that predicts.
        average_with: Further training stages of the same network; labels are those of
            the mean of all their probabilities.
        rule: Config of the rule that chooses the labels to keep; all of them without.
        tta: Whether to predict with the test-time augmentation of the config.
        weights: Which weights of the stages that predict: ``'final'`` or ``'best'``.
        target_statistics: Whether the networks get the batch norm statistics of these
            images first, or how: options of
            :class:`~mmseg_uda.statistics.StatisticsOptions`.

    Raises:
        ValueError: If an option is out of range.
    """

    makes = "labels"
    manifest = "pseudo_labels.json"
    leaves = ("labels",)
    reads = "target"
    takes: ClassVar[Mapping[str, Takes]] = {
        "checkpoint": Takes(
            WEIGHTS, required="the training stage that predicts", key="weights"
        ),
        "average_with": Takes(WEIGHTS, many=True, numbered=True),
    }
    looks_at_data = False  # it is that of the stage that learns from it
    does = "predicts pseudo-labels with"

    def __init__(
        self,
        name: str,
        leaf: Path,
        *,
        checkpoint: str,
        average_with: str | Sequence[str] | None = None,
        rule: Mapping[str, Any] | None = None,
        tta: bool = False,
        weights: str = "final",
        target_statistics: bool | Mapping[str, Any] = False,
    ) -> None:
        super().__init__(name, leaf)
        check_weights(weights)
        if tta not in (True, False):
            raise ValueError(f"tta must be True or False, got {tta!r}")
        self.checkpoint = checkpoint
        self.average_with = names_in(average_with)
        self.rule = without_none(rule) or {"type": "KeepAll"}
        self.tta = bool(tta)
        self.weights = weights
        self.statistics = _statistics(target_statistics)

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return the model and how it predicts."""
        statistics = self.statistics and self.statistics.told()
        return {
            "model": cfg.model,
            "rule": self.rule,
            "tta": self.tta,
            "target_statistics": statistics,
        }

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check the rule, the network and the pipeline of the images."""
        cfg, resolver = outlook.config(self), outlook.resolver
        with toy_explained(resolver.request.toy):
            model = check_model(cfg, weights, False)
        check_follows(outlook, self, model, weights)
        with_images = resolver.stage_config(self)
        self.take_images_of_learner(resolver, with_images)
        check_target_classes(with_images, model)
        check_predicting(self, cfg, model)
        check_alike(outlook, self, "average_with")

    def announcement(self, inputs: Inputs) -> str:
        """Say what it is about to make."""
        return f"pseudo-labels from {inputs.weights}"

    def run(self, run: StageRun) -> None:
        """Label the images.

        Raises:
            StageError: If no pixel keeps a label, or a single class is left: there
                would be nothing to learn from. On ToyCity that is a warning, since a
                trial of a few iterations is to show that all stages run.
        """
        resolver = run.resolver
        self.take_images_of_learner(resolver, run.cfg)
        report = run_pseudo_label_stage(
            run.cfg,
            run.inputs.weights,
            run.folder,
            rule=dict(self.rule),
            tta=self.tta,
            average_with=tuple(run.inputs.of("average_with").values()),
            weights=self.weights_of_learner(resolver),
            statistics=self.statistics,
        )
        run.say(outcome_line(report))
        if report["kept_share"] == 0:
            useless = nothing_kept(report, run.folder)
        else:
            useless = few_classes(report)
        trainer = self.trainer(resolver.stages).name
        if useless and not resolver.request.toy:
            raise StageError(
                f"stage '{self.name}': {useless}, so there is nothing to learn from. "
                f"Ease the rule (--cfg-options {self.name}.rule...) and add "
                f"--restart-from {self.name}, or train longer and add --restart-from "
                f"{trainer}. Which classes its own labels hold says "
                "tools/check_data.py."
            )
        if useless:
            run.say(
                f"warning: {useless}, so the next stage learns nothing. Without --toy "
                "the run would stop here."
            )
            return
        for warning in outcome_warnings(report, run.folder):
            run.say(f"warning: {warning}")

    def take_images_of_learner(self, resolver: Resolver, cfg: Config) -> None:
        """Let a config hold exactly the images that the first taker learns from.

        They need not be those of the stage that predicts: source-only training has no
        target at all.

        Raises:
            StageError: If neither stage has target images.
        """
        for learner in self.takers(resolver.stages)[:1]:
            for node in pseudo_labelled_in(resolver.stage_config(learner)):
                cfg.train_dataloader.dataset.domains = {"target": copy.deepcopy(node)}
                return
        domains = cfg.train_dataloader.dataset.get("domains") or {}
        if domains.get("target") is None:
            raise StageError(
                f"stage '{self.name}': no stage takes its labels, and the config of "
                f"stage '{self.checkpoint}' has no target domain whose images it could "
                "label"
            )

    def weights_of_learner(self, resolver: Resolver) -> LabelWeights | None:
        """Return what the first taker weights the labels with, None for nothing.

        The network that predicts has these maps only by chance.
        """
        for learner in self.takers(resolver.stages)[:1]:
            return LabelWeights.of_training(resolver.stage_config(learner).model)
        return None

    def describe(self, resolver: Resolver) -> Told:
        """Return its options and how the labels are chosen, as an equation."""
        cfg = resolver.stage_config(self)
        rule = check_predicting(self, cfg)
        if rule.score_map is None:
            chosen = describe_rule(rule, None)
        else:
            chosen = told_of_model(cfg, lambda model: self._chosen(cfg, model))
        options = resolver.leaf.stages[self.name].to_dict()
        options["rule"] = dict(self.rule)  # without what is set to None
        return Told(as_call(options), rule_as_text(chosen), {**options, **chosen})

    def _chosen(self, cfg: Config, model: nn.Module) -> dict[str, Any]:
        """Return how the labels are chosen by a rule that looks at a map."""
        return describe_rule(check_predicting(self, cfg, model), model)


def _statistics(given: Any) -> StatisticsOptions | None:
    """Read ``target_statistics``: whether, or a dict of options that say how."""
    if given is False:
        return None
    options = {} if given is True else without_none(given)
    what = "target_statistics"
    if not isinstance(options, Mapping):
        known = ", ".join(option.name for option in fields(StatisticsOptions))
        raise ValueError(
            f"{what} must be True, False or a dict of {known}, such as "
            f"dict(batch_size=4), got {given!r}"
        )
    try:
        return from_options(StatisticsOptions, what, options)
    except ValueError as error:
        about = "" if str(error).startswith(what) else f"{what}: "
        raise ValueError(f"{about}{error}") from error
