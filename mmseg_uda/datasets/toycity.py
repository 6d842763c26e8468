"""Where ToyCity was until it got a room of its own: :mod:`mmseg_uda.toycity`."""

import warnings

from mmseg_uda.toycity import ensure_toycity, make_toycity

warnings.warn(
    "mmseg_uda.datasets.toycity is now mmseg_uda.toycity; the old name goes with the "
    "next release",
    DeprecationWarning,
    stacklevel=2,
)

__all__ = ["ensure_toycity", "make_toycity"]
