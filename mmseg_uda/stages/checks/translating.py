"""Whether a stage that translates images has what it needs."""

from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from mmseg_uda.translation import Translator
from mmseg_uda.translation.stage import translate_pipeline

from ..overrides import translated_in
from ..stage import Stage
from .building import building


def check_translating(stage: Stage, cfg: Config, weights: Path | None = None) -> None:
    """Check what a stage that translates needs, but for the files.

    Args:
        stage: The stage.
        cfg: Config of the stage that trains its translator.
        weights: Checkpoint of the translator, if it is there already.

    Raises:
        StageError: If there is no such generator, its checkpoint does not hold it, or
            the pipeline for the images is missing or wrong.
    """
    init_default_scope(cfg.get("default_scope", "mmseg"))
    with building("the translator"):
        Translator(cfg, weights, stage.generator)
    with building("translate_pipeline"):
        Compose(list(translate_pipeline(cfg)))


def waits_for_translations(cfg: Config) -> bool:
    """Whether a data set of a training is to read translations from nowhere yet."""
    return any(not node.get("translated_dir") for node in translated_in(cfg))
