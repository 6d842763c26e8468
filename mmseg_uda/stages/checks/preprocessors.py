"""Whether batches by domain are normalised, and by the numbers that are given."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.utils.plain import plain

from ..errors import StageError

_FOREIGN = ("mmengine.", "mmseg.")
_NUMBERS = ("mean", "std", "bgr_to_rgb", "rgb_to_bgr")


def check_preprocessor(cfg: Mapping[str, Any], model: nn.Module) -> None:
    """Check what a :class:`UDASegmentor` normalises its images with.

    Args:
        cfg: Config of a training stage.
        model: The built model.

    Raises:
        StageError: If that knows no domains, or if the wrapped segmentor has one of its
            own, which nothing asks, with other numbers.
    """
    if not isinstance(model, UDASegmentor):
        return
    used = model.data_preprocessor
    if type(used).__module__.startswith(_FOREIGN):  # one of your own may know them
        raise StageError(
            f"model.data_preprocessor is a {type(used).__name__}, which takes no "
            "batches by domain: set data_preprocessor=dict(type="
            "'MultiDomainDataPreProcessor', mean=..., std=..., bgr_to_rgb=...) of the "
            "model, beside its segmentor"
        )
    given = cfg["model"].get("data_preprocessor") or cfg.get("data_preprocessor")
    inner = cfg["model"]["segmentor"].get("data_preprocessor")
    if not (isinstance(given, Mapping) and isinstance(inner, Mapping)):
        return
    for name in _NUMBERS:
        ours, theirs = plain(given.get(name)), plain(inner.get(name))
        if (ours or None) != (theirs or None):
            raise StageError(
                f"model.segmentor.data_preprocessor.{name} is {theirs}, but images are "
                f"normalised by model.data_preprocessor, where it is {ours}: make them "
                "the same, or take the first one out (None)"
            )
