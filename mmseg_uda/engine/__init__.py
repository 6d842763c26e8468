"""Engine of mmseg_uda: optimizers, hooks, and how runs start, stop and go on."""

from . import hooks, optim

__all__ = ["hooks", "optim"]
