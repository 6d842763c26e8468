r"""Branches of a summed head that are stored but were never run.

AdaptSegNet and MaxSquareLoss return from their forward loop after the second of four
dilated branches. The other two are in the checkpoint, and get neither data nor
gradient (nor, without a gradient, weight decay): they stay what they were at first,
N(0, 0.01) weights and biases of at most :math:`1/\sqrt{fan\_in}`. Nothing in the
*names* of the weights tells such a file from one of ADVENT, where all four run. Their
statistics do: some 100,000 numbers or more pin the standard deviation down to a few
tenths of a percent, while training, and its weight decay alone, moves it by more.
"""

import math
import re

import torch
from torch import Tensor

#: What the statistics say: two branches were trained, or four, or it cannot be told.
TWO, FOUR, UNCLEAR = "two", "four", "unclear"
_STD = 0.01  # of the weights at first
_SIGMAS = 5  # allowed deviation from it, in standard errors
_BRANCHES = "{}.conv2d_list.{}."
_PARTS = ("weight", "bias")
_UNUSED = re.compile(r"(decode|auxiliary)_head\.conv2d_list\.[23]\.(weight|bias)")


def branches_trained(weights: dict[str, Tensor]) -> str | None:
    """Tell from weights in mmseg's names how many branches were trained.

    Args:
        weights: Weights by name.

    Returns:
        :data:`TWO` if the first two branches have left their initial distribution and
        the others have not, :data:`FOUR` if one of the others has, else
        :data:`UNCLEAR`; None without complete summed heads.
    """
    heads = [
        [_BRANCHES.format(head, i) for i in range(4)]
        for head in ("decode_head", "auxiliary_head")
        if f"{_BRANCHES.format(head, 0)}weight" in weights
    ]
    wanted = [f"{b}{part}" for head in heads for b in head for part in _PARTS]
    if not heads or any(name not in weights for name in wanted):
        return None
    moved = [[_has_moved(weights, branch) for branch in head] for head in heads]
    if any(any(branches[2:]) for branches in moved):
        return FOUR
    return TWO if all(all(branches[:2]) for branches in moved) else UNCLEAR


def is_unused(name: str) -> bool:
    """Whether a name, of mmseg's layout, is of a third or fourth branch."""
    return _UNUSED.fullmatch(name) is not None


def without_unused(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Set the third and fourth branch of summed heads to zero.

    A head that runs all four then computes what the published one computed, exactly.

    Args:
        weights: Weights in mmseg's names; not changed.
    """
    return {
        name: torch.zeros_like(weight) if is_unused(name) else weight
        for name, weight in weights.items()
    }


def _has_moved(weights: dict[str, Tensor], start: str) -> bool:
    """Whether a branch is no sample of its initial distribution any more."""
    weight, bias = weights[f"{start}weight"].double(), weights[f"{start}bias"].double()
    count = weight.numel()
    if weight.dim() != 4 or count < 2 or not bias.numel():
        return True  # no branch at all; loading will say so
    mean, std = weight.mean().item(), weight.std().item()
    if std == 0:
        return True
    kurtosis = ((weight - mean) / std).pow(4).mean().item()
    as_at_first = (
        abs(mean) < _SIGMAS * _STD / math.sqrt(count)
        and abs(std / _STD - 1) < _SIGMAS / math.sqrt(2 * count)
        and abs(kurtosis - 3) < _SIGMAS * math.sqrt(24 / count)
        and bias.abs().max().item() <= 1.001 / math.sqrt(weight[0].numel())
    )
    return not as_at_first
