"""Drawing the same random numbers twice, e.g. the same dropout masks."""

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

DEVICES = ("cpu", "cuda")


def has_active_dropout(module: nn.Module) -> bool:
    """Tell whether a call of ``module`` draws random dropout masks now.

    Recognises PyTorch's dropout layers, stochastic depth (``drop_prob``) and the
    dropout inside attention and recurrent layers (``dropout``), provided that they
    are in training mode and their rate is above 0.

    Args:
        module: Any module; its sub-modules are searched too.
    """
    return any(m.training and drop_rate(m) > 0 for m in module.modules())


def drop_rate(module: nn.Module) -> float:
    """Rate of the dropout that a module does itself, 0 for none; in any mode."""
    names = ("p",) if isinstance(module, _DropoutNd) else ("drop_prob", "dropout")
    rates = [getattr(module, name, 0.0) for name in names]
    return max((r for r in rates if isinstance(r, Real)), default=0.0)


class RandomState:
    """A moment of torch's random number generators, to return to later.

    Captures the generator of the CPU and, for a CUDA device, that of the device:

    >>> state = RandomState.for_call(head, feats[0])
    >>> clean = head(feats)
    >>> with state.replay():
    ...     noisy = head(noisy_feats)  # the same dropout masks

    Without shared masks two passes of a head with dropout differ even for equal
    inputs, and their divergence measures dropout instead of the perturbation. The
    masks agree only if both passes draw in the same order for equal shapes.

    Args:
        device: Device whose generator is captured beside that of the CPU.
        active: ``False`` captures nothing, and :meth:`replay` does nothing.

    Raises:
        ValueError: If ``device`` is neither the CPU nor a CUDA device.
    """

    def __init__(self, device: torch.device | str = "cpu", active: bool = True):
        self.device = torch.device(device)
        if self.device.type not in DEVICES:
            raise ValueError(
                f"can replay random numbers on 'cpu' and 'cuda' devices only, got "
                f"'{self.device}' (use dropout_ratio=0 on other devices)"
            )
        self.active = active
        self._state = self._read() if active else None

    @classmethod
    def for_call(cls, module: nn.Module, inputs: Tensor) -> "RandomState":
        """Capture the state before ``module`` is called on ``inputs``.

        A module may draw other things than dropout masks (the random bases of
        SegNeXt's head, say), so the state is captured whatever the module. Only on a
        device whose generator cannot be captured does a module without active dropout
        pass for one that draws nothing.

        Args:
            module: The module that is about to be called twice.
            inputs: Any tensor on the device where it runs.

        Raises:
            ValueError: If the module has active dropout on another device than a CPU
                or a CUDA device.
        """
        known = inputs.device.type in DEVICES
        active = known or has_active_dropout(module)
        return cls(inputs.device if active else "cpu", active)

    @contextmanager
    def replay(self) -> Iterator[None]:
        """Go back to the captured moment; afterwards go on from where we were."""
        if not self.active:
            yield
            return
        present = self._read()
        self._write(self._state)
        try:
            yield
        finally:
            self._write(present)

    def _read(self) -> tuple[Tensor, Tensor | None]:
        on_gpu = self.device.type == "cuda"
        gpu = torch.cuda.get_rng_state(self.device) if on_gpu else None
        return torch.get_rng_state(), gpu

    def _write(self, state: tuple[Tensor, Tensor | None]) -> None:
        cpu, gpu = state
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state(gpu, self.device)
