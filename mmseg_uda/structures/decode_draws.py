"""Several draws of features, decoded at once where the head allows it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from weakref import WeakSet

import torch
from torch import Tensor, nn

from mmseg_uda.layers.folded_draws import CannotFoldError, FoldedDraws, check_foldable

from .cascade import stages_of

_ONE_BY_ONE: WeakSet[nn.Module] = WeakSet()  # heads that were found to be so


def decode_draws(
    head: nn.Module,
    run: Callable[[Sequence, int], Tensor],
    feats: Sequence,
    draws: int,
    batch: int,
) -> Tensor:
    """Run a segmentation head once on all draws, or else once on each.

    One by one go the draws of a head with dropout inside attention, with random numbers
    other than dropout's, or with batch norm synchronised between processes; that is
    warned of once.

    Args:
        head: The head.
        run: Runs it on features of a number of draws, from the same random numbers and
            buffers each time.
        feats: Feature maps, of which some hold the draws one after the other, (S * N,
            C_i, h_i, w_i).
        draws: The number S.
        batch: The number N.

    Returns:
        (S * N, K, H, W), equal up to rounding either way.
    """
    module = stages_of(head)[-1]  # a cascade is put together anew in each step
    if module not in _ONE_BY_ONE:
        try:
            check_foldable(head)
            with FoldedDraws(draws, batch):
                return run(feats, draws)
        except CannotFoldError as reason:
            _ONE_BY_ONE.add(module)
            warnings.warn(
                f"the noise draws of {type(module).__name__} are decoded one after the "
                f"other: {reason}",
                stacklevel=2,
            )
    return one_by_one(run, feats, draws, batch)


def one_by_one(
    run: Callable[[Sequence, int], Tensor], feats: Sequence, draws: int, batch: int
) -> Tensor:
    """Run a segmentation head on each draw; arguments are those of `decode_draws`."""

    def of_draw(level: Tensor | Sequence[Tensor], draw: int) -> Tensor | list[Tensor]:
        if not isinstance(level, Tensor):
            return [of_draw(tensor, draw) for tensor in level]
        first = draw * batch
        return level if len(level) == batch else level[first : first + batch]

    parts = [run([of_draw(f, draw) for f in feats], 1) for draw in range(draws)]
    return torch.cat(parts)
