"""Translating the source's images as a stage of a run."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from mmengine.config import Config

from mmseg_uda.registry import STAGES
from mmseg_uda.translation import run_translate_stage
from mmseg_uda.translation.stage import translate_pipeline
from mmseg_uda.translation.translation_writer import MANIFEST

from ..base_stage import WEIGHTS, BaseStage, Takes
from ..checks.translating import check_translating
from ..config.overrides import translated_in
from ..plan.resolve import Resolver
from ..run.inputs import Inputs
from ..run.outlook import Outlook
from ..run.stage_run import StageRun
from ..told import Told


@STAGES.register_module()
class TranslateStage(BaseStage):
    """Translates the images of the source that the stages after it learn from.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        checkpoint: Training stage of the translator.
        generator: Entry of that model's heads that translates.
    """

    makes = "translated"
    manifest = MANIFEST
    leaves = ("images",)
    reads = "source"
    takes: ClassVar[Mapping[str, Takes]] = {
        "checkpoint": Takes(
            WEIGHTS, required="the training stage of the translator", key="weights"
        )
    }
    looks_at_data = False  # it is that of the stage that learns from it
    does = "translates the source with"

    def __init__(
        self, name: str, leaf: Path, *, checkpoint: str, generator: str = "g_st"
    ) -> None:
        super().__init__(name, leaf)
        self.checkpoint = checkpoint
        self.generator = generator

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return what of its config and options decides the translated images."""
        how = {"generator": self.generator, "pipeline": translate_pipeline(cfg)}
        return {"model": cfg["model"], "rule": how}

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check the translator and the pipeline of the images."""
        check_translating(self.generator, outlook.config(self), weights)

    def announcement(self, inputs: Inputs) -> str:
        """Say what it is about to make."""
        return f"the source translated by {inputs.weights}"

    def run(self, run: StageRun) -> None:
        """Translate the images."""
        self.take_source_of_learner(run.resolver, run.cfg)
        manifest = run_translate_stage(
            run.cfg, run.inputs.weights, run.folder, generator=self.generator
        )
        run.say(
            f"{manifest['num_images']} images translated, "
            f"{manifest['bytes'] / 2**20:.1f} MB in {run.folder / 'images'}"
        )

    def take_source_of_learner(self, resolver: Resolver, cfg: Config) -> None:
        """Let a config hold exactly the images that the first taker learns from."""
        for learner in self.takers(resolver.stages)[:1]:
            for node in translated_in(resolver.stage_config(learner))[:1]:
                domain = {"source": copy.deepcopy(node["images"])}
                cfg.train_dataloader.dataset.domains = domain

    def describe(self, resolver: Resolver) -> Told:
        """Return its options, once it is known that the translator is there."""
        check_translating(self.generator, resolver.stage_config(self))
        return super().describe(resolver)
