"""The network of a config."""

import copy

from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn

from .target_images import name_of


def model_config(cfg: Config) -> dict:
    """Return the config of the model, its preprocessor included."""
    model = copy.deepcopy(cfg.model)
    if "data_preprocessor" in cfg:
        model.setdefault("data_preprocessor", cfg.data_preprocessor)
    return model


def check_has_model(cfg: Config) -> None:
    """Refuse a config without a model.

    Raises:
        ValueError: If it has none.
    """
    if "model" not in cfg:
        raise ValueError(
            f"{name_of(cfg)} defines no model; give the config that the checkpoint was "
            "trained with"
        )


def build_model(cfg: Config) -> nn.Module:
    """Build the config's model as the runner does."""
    return MODELS.build(model_config(cfg))
