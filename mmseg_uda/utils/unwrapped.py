"""The model that a wrapper for several processes holds."""

from mmengine.model import is_model_wrapper
from torch import nn


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model inside of a wrapper such as DDP, or the model itself."""
    return model.module if is_model_wrapper(model) else model
