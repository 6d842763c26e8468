"""The network of a config."""

import copy

from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn


def build_model(cfg: Config) -> nn.Module:
    """Build the config's model, its preprocessor included, as the runner does."""
    model = copy.deepcopy(cfg.model)
    if "data_preprocessor" in cfg:
        model.setdefault("data_preprocessor", cfg.data_preprocessor)
    return MODELS.build(model)
