"""Whether a network can predict by its ``test_cfg``, which nothing reads before."""

from typing import Any

from mmseg.models.segmentors import EncoderDecoder
from torch import nn

from mmseg_uda.models.segmentors import UDASegmentor

from ..errors import StageError

_MODES = ("whole", "slide")


def check_inference(model: nn.Module) -> None:
    """Check the ``test_cfg`` of a segmentor that predicts in mmseg's way.

    Args:
        model: The built model; nothing is checked but for an ``EncoderDecoder``,
            wrapped or not.

    Raises:
        StageError: If its prediction would fail, at the first validation.
    """
    segmentor = model.segmentor if isinstance(model, UDASegmentor) else model
    if not isinstance(segmentor, EncoderDecoder):
        return
    given = segmentor.test_cfg or {}
    key = "test_cfg of the segmentor"
    if given.get("mode") not in _MODES:
        raise StageError(
            f"{key} has mode={given.get('mode')!r}, and mmseg predicts in one of the "
            f"modes {', '.join(_MODES)}: set test_cfg=dict(mode='whole'), or "
            "dict(mode='slide', crop_size=(512, 512), stride=(341, 341))"
        )
    if given["mode"] == "slide":
        _check_windows(key, given.get("crop_size"), given.get("stride"))


def _check_windows(key: str, crop_size: Any, stride: Any) -> None:
    for name, pair in (("crop_size", crop_size), ("stride", stride)):
        if not _is_pair(pair):
            hint = f", {name}=({pair}, {pair})" * isinstance(pair, int)
            raise StageError(
                f"{key} has mode='slide' and {name}={pair!r}: mmseg takes a pair of "
                f"pixels there, (height, width){hint}. Or predict whole images: "
                "test_cfg=dict(mode='whole')"
            )
    if any(step > side for step, side in zip(stride, crop_size, strict=True)):
        raise StageError(
            f"{key} has stride={tuple(stride)}, larger than crop_size="
            f"{tuple(crop_size)}: there would be gaps between the windows. Two thirds "
            "of the crop are usual"
        )


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(side, int) and side > 0 for side in value)
    )
