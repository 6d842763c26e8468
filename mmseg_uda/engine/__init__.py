"""Engine of mmseg_uda: optimizers, hooks, and how runs start, stop and go on."""

from . import file_backend, hooks, optim

__all__ = ["file_backend", "hooks", "optim"]
