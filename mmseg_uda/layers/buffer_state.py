"""Running a module twice from the same buffers."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class BufferState:
    """The buffers that a module had at a moment, to return to later.

    A head that updates a buffer whenever it runs, and computes with it (EMANet's
    bases), gives another output for the same features the second time. Inside
    :meth:`replay` it starts from what it had the first time, and what it then updates
    is forgotten.

    Batch norms are left out: what they compute with in training are the statistics of
    the batch (see :func:`~mmseg_uda.layers.frozen_running_stats`).

    Args:
        module: The module that is about to be called twice.
    """

    def __init__(self, module: nn.Module) -> None:
        self._owners = [m for m in module.modules() if not isinstance(m, _BatchNorm)]
        self._state = self._read()

    @contextmanager
    def replay(self) -> Iterator[None]:
        """Go back to the captured buffers; afterwards go on from where we were."""
        present = self._read()
        self._write(self._state)
        try:
            yield
        finally:
            self._write(present)

    def _read(self) -> list[dict[str, Tensor]]:
        return [
            {k: v.clone() for k, v in m._buffers.items() if v is not None}
            for m in self._owners
        ]

    def _write(self, state: list[dict[str, Tensor]]) -> None:
        for owner, buffers in zip(self._owners, state, strict=True):
            for name, value in buffers.items():
                owner._buffers[name] = value.clone()
