"""Several passes of a module as one, on a batch of all their inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributed import get_world_size, is_available, is_initialized
from torch.nn.modules.dropout import _DropoutNd
from torch.overrides import TorchFunctionMode

from .random_state import RandomState, drop_rate

#: Functions that, in training, do not treat the images of a batch one by one.
_BY_DRAW = {
    F.batch_norm,
    F.dropout,
    F.dropout1d,
    F.dropout2d,
    F.dropout3d,
    F.alpha_dropout,
    F.feature_alpha_dropout,
}
_RANDOM = {
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "multinomial"),
    *("randint_like", "bernoulli", "normal", "poisson", "bernoulli_", "normal_"),
    *("uniform_", "random_", "exponential_", "log_normal_", "geometric_", "cauchy_"),
    *("gumbel_softmax", "rrelu", "rrelu_", "fractional_max_pool2d"),
}


class CannotFoldError(Exception):
    """A module does something that is not known to be the same by draw."""


class FoldedDraws(TorchFunctionMode):
    """Makes one pass over S draws of a batch equal to S passes over the batch.

    Inside this context a module is run on (S * N, ...), the draws one after the other.
    Each draw then gets what it would get by itself: a batch norm in training normalises
    it with its own statistics, and dropout draws the masks that the first draw gets for
    all of them. (So each pass of the loop must start from one state of the random
    numbers, see :class:`RandomState`; afterwards they are where one pass leaves them.)
    Everything else is taken to treat images one by one.

    Why not ``torch.func.vmap``: it passes by autocast for convolutions on a CPU, gives
    dropout of elements other masks than a plain call, and refuses ``SyncBatchNorm``.

    Args:
        draws: The number S.
        batch: The number N.

    Raises:
        CannotFoldError: Inside, if other random numbers are drawn, or if what is
            normalised or dropped out does not have the batch as its first dimension.
    """

    def __init__(self, draws: int, batch: int) -> None:
        super().__init__()
        self.draws = draws
        self.length = draws * batch

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: Any = None
    ) -> Any:
        """Run a function of torch, those in question draw by draw."""
        kwargs = kwargs or {}
        if func in _BY_DRAW:
            given = inspect.signature(func).bind(*args, **kwargs)
            given.apply_defaults()
            if given.arguments["training"]:
                return self._by_draw(func, given.arguments)
        elif getattr(func, "__name__", "") in _RANDOM:
            raise CannotFoldError(f"it draws random numbers with {func.__name__}")
        return func(*args, **kwargs)

    def _by_draw(self, func: Callable, arguments: Mapping[str, Any]) -> Tensor:
        values, *_ = arguments.values()
        name, *_ = arguments
        if len(values) != self.length:
            raise CannotFoldError(
                f"{func.__name__} gets {len(values)} rows for {self.length} images"
            )
        others = {k: v for k, v in arguments.items() if k not in (name, "inplace")}
        if func is F.batch_norm:
            parts = [func(part, **others) for part in values.chunk(self.draws)]
            return torch.cat(parts)
        state, parts = RandomState(values.device), []
        for part in values.chunk(self.draws):
            if not parts:
                parts.append(func(part, **others))
                continue
            with state.replay():  # the masks of the first
                parts.append(func(part, **others))
        return torch.cat(parts)


def check_foldable(module: nn.Module) -> None:
    """Refuse a module that :class:`FoldedDraws` cannot run, as far as its parts tell.

    Raises:
        CannotFoldError: If it synchronises batch norms between processes now, or drops
            out inside attention, recurrent layers or whole branches.
    """
    for part in module.modules():
        kind = type(part).__name__
        if isinstance(part, nn.SyncBatchNorm) and part.training and _has_ranks():
            raise CannotFoldError(f"{kind} takes its statistics over all processes")
        if part.training and drop_rate(part) > 0 and not isinstance(part, _DropoutNd):
            raise CannotFoldError(f"{kind} has a dropout of its own")


def _has_ranks() -> bool:
    return is_available() and is_initialized() and get_world_size() > 1
