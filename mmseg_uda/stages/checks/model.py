"""What is checked before any training starts."""

from collections.abc import Mapping
from pathlib import Path

from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.weights.checkpoints import TRAINING_PARTS, load_into

from ..errors import StageError
from .building import building
from .classes import check_classes
from .dry_runner import quiet_logger
from .head_channels import check_head_channels
from .head_losses import check_head_losses
from .inference import check_inference
from .loaders import check_loaders
from .parts import check_parts, check_sections
from .pretrained import check_pretrained


def check_model(
    cfg: Config, load_from: Path | None, trains: bool = True, pretrained: bool = False
) -> nn.Module:
    """Build the model and, for training, every other part; try the weights on it.

    Misspelt names of parts come up here rather than after the stages before.

    Args:
        cfg: Config of a stage.
        load_from: Weights that the stage starts from, if they exist already.
        trains: Whether there is something to optimize.
        pretrained: Whether the backbone will start from pretrained weights.

    Returns:
        The model.

    Raises:
        ValueError: Whatever the parts find wrong with the config or the weights.
    """
    if not isinstance(cfg.get("model"), Mapping):
        raise StageError(
            f"{cfg.filename} defines no model, or one that is no dict (model="
            f"{cfg.get('model')!r}). Files under configs/_base_ are parts; train with "
            "a config that puts them together."
        )
    init_default_scope(cfg.get("default_scope", "mmseg"))
    quiet_logger()
    model_cfg = dict(cfg.model)
    if trains:
        check_head_losses(model_cfg)
    if cfg.get("data_preprocessor"):
        model_cfg.setdefault("data_preprocessor", cfg.data_preprocessor)
    with building("model"):
        model = MODELS.build(model_cfg)
    if not trains or cfg.get("val_dataloader"):
        check_inference(model)
    if trains:
        check_sections(cfg)
        with building("optim_wrapper"):
            optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
        check_parts(cfg, optim_wrapper)
        check_classes(cfg, model, "train_dataloader", "val_dataloader")
        check_head_channels(model)
        check_loaders(cfg)
    if load_from is not None:
        load_into(model, load_from, ignore=TRAINING_PARTS)
    elif pretrained:
        check_pretrained(model)
    return model
