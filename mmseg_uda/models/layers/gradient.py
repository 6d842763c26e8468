"""Where gradients may flow: calls that treat a module as a constant function."""

from typing import Any

from torch import nn
from torch.func import functional_call


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
    :func:`~mmseg_uda.models.layers.frozen_running_stats` to prevent that).

    Args:
        module: The module to call.
        *args: Positional arguments of its ``forward``.
        **kwargs: Keyword arguments of its ``forward``.

    Returns:
        What ``module`` returns, differentiable in the inputs only.
    """
    constants = {name: p.detach() for name, p in module.named_parameters()}
    return functional_call(module, constants, args, kwargs)
