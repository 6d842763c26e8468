"""Translating the source's images as a stage of a run."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmseg_uda.translation import run_translate_stage as translate
from mmseg_uda.translation.stage import translate_pipeline

from .inputs import Inputs
from .overrides import translated_in
from .ranks import say
from .resolve import Resolver
from .stage import Stage


def run_translate_stage(
    resolver: Resolver, stage: Stage, cfg: Config, inputs: Inputs
) -> None:
    """Translate the images that the stages after this one learn from.

    Args:
        resolver: The run.
        stage: The stage, with the name of its generator.
        cfg: Config of the stage that trained the checkpoint.
        inputs: What it starts from: the weights of the translator.
    """
    take_source_of_learner(resolver, stage, cfg)
    folder = resolver.folder(stage)
    manifest = translate(cfg, inputs.weights, folder, generator=stage.generator)
    say(
        f"{stage.name}: {manifest['num_images']} images translated, "
        f"{manifest['bytes'] / 2**20:.1f} MB in {folder / 'images'}"
    )


def take_source_of_learner(resolver: Resolver, stage: Stage, cfg: Config) -> None:
    """Translate exactly the images that the first stage after this one learns from."""
    for learner in resolver.stages:
        if learner.translated != stage.name:
            continue
        for node in translated_in(resolver.stage_config(learner))[:1]:
            domain = {"source": copy.deepcopy(node["images"])}
            cfg.train_dataloader.dataset.domains = domain
        return


def deciding_translation(stage: Stage, cfg: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a config and a stage decides the translated images."""
    how = {"generator": stage.generator, "pipeline": translate_pipeline(cfg)}
    return {"model": cfg["model"], "rule": how}
