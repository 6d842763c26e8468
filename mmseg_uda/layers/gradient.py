"""Where gradients may flow: calls that hold a module constant or let it ascend."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call


class _Reverse(torch.autograd.Function):
    """The identity, whose gradient has the other sign."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return -gradient


def grad_reverse(x: Tensor) -> Tensor:
    """Gradient reversal (Ganin and Lempitsky): ``x`` forward, minus backward."""
    return _Reverse.apply(x)


def call_frozen(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    r"""Call ``module`` with its parameters held constant.

    The output is the same as that of ``module(*args, **kwargs)`` and gradients flow
    to the inputs, but none reaches the module: its parameters enter the graph
    detached. This is the fooling term of adversarial training, in which a
    discriminator judges the segmentor without learning from it. Nothing is toggled
    on the module, so the same module may learn from another term of the same loss,
    also under (distributed) data-parallel training.

    Buffers are those of the module and behave as in an ordinary call: batch norm in
    training mode updates its running statistics (see
    :func:`~mmseg_uda.layers.frozen_running_stats` to prevent that).

    Args:
        module: The module to call.
        *args: Positional arguments of its ``forward``.
        **kwargs: Keyword arguments of its ``forward``.

    Returns:
        What ``module`` returns, differentiable in the inputs only.
    """
    return _call_with(Tensor.detach, module, *args, **kwargs)


def call_reversed(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    r"""Call ``module`` such that it ascends whatever its inputs descend.

    The output is the same as that of ``module(*args, **kwargs)``, and so is the
    gradient of the inputs; the gradient that reaches the module's parameters has the
    other sign. Minimising a loss L of the output is then
    :math:`\min_{inputs} \max_{module} L` in one backward: what a
    :func:`grad_reverse` layer between inputs and module does for the loss -L, but
    with a loss that reads as what the network minimises.

    Args:
        module: The module to call.
        *args: Positional arguments of its ``forward``.
        **kwargs: Keyword arguments of its ``forward``.
    """
    return _call_with(grad_reverse, module, *args, **kwargs)


def _call_with(
    change: Callable[[Tensor], Tensor], module: nn.Module, *args: Any, **kwargs: Any
) -> Any:
    parameters = {name: change(p) for name, p in module.named_parameters()}
    return functional_call(module, parameters, args, kwargs)
