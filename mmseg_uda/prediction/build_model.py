"""The network of a config."""

import copy

from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn


def model_config(cfg: Config) -> dict:
    """Return the config of the model, its preprocessor included."""
    model = copy.deepcopy(cfg.model)
    if "data_preprocessor" in cfg:
        model.setdefault("data_preprocessor", cfg.data_preprocessor)
    return model


def build_model(cfg: Config) -> nn.Module:
    """Build the config's model as the runner does."""
    return MODELS.build(model_config(cfg))
