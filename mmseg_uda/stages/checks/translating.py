"""Whether a stage that translates images has what it needs."""

from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from mmseg_uda.translation import Translator
from mmseg_uda.translation.stage import translate_pipeline

from ..config.overrides import translated_in
from ..errors import StageError
from .building import building


def check_translating(generator: str, cfg: Config, weights: Path | None = None) -> None:
    """Check what a stage that translates needs, but for the files.

    Args:
        generator: Head of the model that translates.
        cfg: Config of the stage that trains it.
        weights: Checkpoint of the translator, if it is there already.

    Raises:
        StageError: If there is no such generator, its checkpoint does not hold it, or
            the pipeline for the images is missing or wrong.
    """
    init_default_scope(cfg.get("default_scope", "mmseg"))
    with building("the translator"):
        Translator(cfg, weights, generator)
    with building("translate_pipeline"):
        Compose(list(translate_pipeline(cfg)))


def check_translations_come(name: str, cfg: Config) -> None:
    """Check that a training that takes no translations does not wait for some.

    Args:
        name: Name of the stage.
        cfg: Its config.

    Raises:
        StageError: If it does: nothing would ever make them.
    """
    if any(not node.get("translated_dir") for node in translated_in(cfg)):
        raise StageError(
            f"stage '{name}' would train on translated images, but no stage makes any "
            "for it. Set the translated_dir of its TranslatedDataset to a folder "
            "written by tools/translate_dataset.py, or list the stages that train a "
            "translator and translate (docs/translation.md)."
        )
