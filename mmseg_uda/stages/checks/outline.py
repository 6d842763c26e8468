"""Networks that are only told of: built without room for their weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from mmengine.config import Config
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from .model import check_model

T = TypeVar("T")
# what initial weights are drawn with; for that torch would import its compiler there
_DRAWING = (
    "normal_",
    "uniform_",
    "trunc_normal_",
    "kaiming_normal_",
    "kaiming_uniform_",
)


class _WithoutNumbers(TorchFunctionMode):
    """Leaves weights that have no numbers as they are."""

    def __torch_function__(
        self,
        func: Callable,
        types: Sequence[type],
        args: tuple = (),
        kwargs: dict | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        drawn = args[0] if args else kwargs.get("tensor")
        draws = getattr(func, "__name__", "") in _DRAWING
        if draws and isinstance(drawn, Tensor) and drawn.is_meta:
            return drawn
        return func(*args, **kwargs)


def told_of_model(cfg: Config, tell: Callable[[nn.Module], T]) -> T:
    """Return what is told of the model of a config, which nothing is computed with.

    Its weights are on the meta device, where they take neither memory nor time. A model
    that cannot be built or told of there (some part of it looks at a value) is built as
    any other, so that what is wrong with it is said as always.

    Args:
        cfg: Config of a stage.
        tell: Called with the model.

    Raises:
        ValueError: Whatever is found wrong with the model.
    """
    try:
        with torch.device("meta"), _WithoutNumbers():
            return tell(check_model(cfg, None, trains=False))
    except Exception:  # anybody's part can fail there in any way
        return tell(check_model(cfg, None, trains=False))
