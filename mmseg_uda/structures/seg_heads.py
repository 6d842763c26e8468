"""The segmentation heads of an mmseg segmentor, by name, and the logits they give."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from mmseg.models import EncoderDecoder
from mmseg.models.decode_heads.cascade_decode_head import BaseCascadeDecodeHead
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import Tensor, nn

from .cascade import Cascade, stages_of


def segmentation_heads(segmentor: nn.Module) -> dict[str, nn.Module]:
    """Name the segmentation heads of an mmseg segmentor.

    Returns:
        ``{'decode': ...}``, plus ``'aux'`` for one auxiliary head or ``'aux_0'``,
        ``'aux_1'``, ... for several. Of a cascade ``'decode'`` is all of it, and
        ``'decode_0'``, ``'decode_1'``, ... are what its earlier stages predict.

    Raises:
        TypeError: If the segmentor has no decode head.
    """
    decode_head = getattr(segmentor, "decode_head", None)
    if decode_head is None:
        raise TypeError(
            f"{type(segmentor).__name__} has no `decode_head`. UDASegmentor wraps "
            "segmentors of the EncoderDecoder kind: one decode head or a cascade of "
            "them, any number of auxiliary heads."
        )
    heads = _decode_heads(decode_head)
    auxiliary = getattr(segmentor, "auxiliary_head", None)
    if isinstance(auxiliary, nn.ModuleList):
        names = ["aux"] if len(auxiliary) == 1 else [f"aux_{i}" for i in range(99)]
        heads.update(zip(names, auxiliary, strict=False))
    elif auxiliary is not None:
        heads["aux"] = auxiliary
    return heads


def num_outputs(segmentor: nn.Module) -> int | None:
    """Return the number of classes that a segmentor predicts, None if it can't be told.

    Args:
        segmentor: Any model of mmseg, not wrapped.
    """
    if getattr(segmentor, "decode_head", None) is None:
        return None
    return getattr(segmentation_heads(segmentor)["decode"], "num_classes", None)


def check_segmentation_heads(segmentor: nn.Module) -> None:
    """Refuse, when it is built, a segmentor whose logits cannot be told.

    Raises:
        TypeError: If it is not of the EncoderDecoder kind, or a head classifies
            something else than pixels or does not say which of its outputs are logits.
        ValueError: If a head predicts other classes than the decode head.
    """
    heads = segmentation_heads(segmentor)
    if not isinstance(segmentor, EncoderDecoder):
        raise TypeError(
            f"{type(segmentor).__name__} is no EncoderDecoder of mmseg. UDASegmentor "
            "needs its extract_feat, decode_head and auxiliary_head."
        )
    num_classes = getattr(heads["decode"], "num_classes", None)
    for name, head in heads.items():
        first, *later = stages_of(head)
        for stage in (first, *later):
            _check_kind(name, stage)
            _check_classes(name, stage, num_classes)
        _check_logits(name, first)
        for stage in later:
            _check_stage(name, stage)


def head_logits(
    head: nn.Module,
    feats: Sequence[Tensor],
    shape: Sequence[int],
    test_cfg: dict | None = None,
) -> Tensor:
    """Run a segmentation head on features; its logits as it gives them.

    A head whose ``forward`` returns more than the logits (DANet's, EncNet's) says in
    its ``predict`` which they are, so that one is asked. What else it returns serves
    losses of its own and is not used.

    Args:
        head: The head.
        feats: Feature maps of backbone and neck.
        shape: The images': (N, 3, H, W).
        test_cfg: The segmentor's; such heads get it from mmseg, too.

    Returns:
        (N, K, h, w), at the size of the features; from a head that is asked in its
        ``predict`` at image size.
    """
    if _has_own(head, "predict"):
        metas = [{"img_shape": tuple(shape[2:])} for _ in range(shape[0])]
        return head.predict(feats, metas, test_cfg)
    return head(feats)


def at_image_size(head: nn.Module, logits: Tensor, shape: Sequence[int]) -> Tensor:
    """Up-sample a segmentation head's logits, as that head wants it.

    Args:
        head: The head.
        logits: (N, K, h, w).
        shape: The images': (N, 3, H, W).

    Returns:
        (N, K, H, W).
    """
    if logits.shape[2:] == tuple(shape[2:]):
        return logits
    return F.interpolate(
        logits,
        size=tuple(shape[2:]),
        mode="bilinear",
        align_corners=getattr(head, "align_corners", False),
    )


def _decode_heads(decode_head: nn.Module) -> dict[str, nn.Module]:
    if not isinstance(decode_head, nn.ModuleList):
        return {"decode": decode_head}
    last = len(decode_head) - 1
    earlier = {f"decode_{i}": Cascade(decode_head[: i + 1]) for i in range(last)}
    return {"decode": Cascade(decode_head), **earlier}


def _has_own(
    head: nn.Module, method: str, kind: type[BaseDecodeHead] = BaseDecodeHead
) -> bool:
    base = getattr(kind, method)
    return getattr(type(head), method, base) is not base


def _check_kind(name: str, head: nn.Module) -> None:
    if not isinstance(head, BaseDecodeHead):
        raise TypeError(
            f"segmentation head {name!r}: {type(head).__name__} is no BaseDecodeHead "
            "of mmseg. Heads that classify masks (MaskFormer, Mask2Former) have no "
            "logits per pixel, which maps and objectives work on."
        )


def _check_classes(name: str, head: nn.Module, num_classes: int | None) -> None:
    kind, own = type(head).__name__, getattr(head, "num_classes", None)
    if own != num_classes:
        raise ValueError(
            f"segmentation head {name!r} ({kind}) predicts {own} classes, the decode "
            f"head {num_classes}. Set num_classes of both to the number of classes; a "
            "head of another task, such as STDC's boundaries, cannot learn from the "
            "objectives: leave it out of auxiliary_head."
        )
    if own is None or getattr(head, "out_channels", own) != own:
        raise ValueError(
            f"segmentation head {name!r} ({kind}) has out_channels="
            f"{getattr(head, 'out_channels', None)} for {own} classes. Views, maps and "
            "pseudo-labels take the softmax over classes, so each needs a channel: "
            "leave out_channels out."
        )


def _check_logits(name: str, head: nn.Module) -> None:
    if _has_own(head, "loss_by_feat") and not _has_own(head, "predict"):
        raise TypeError(
            f"segmentation head {name!r}: {type(head).__name__} computes its own loss "
            "from what it returns in training (`loss_by_feat`) and does not say which "
            "part of that are the logits. Choose another head; or, in a subclass, "
            "define `predict(inputs, batch_img_metas, test_cfg)`, which returns the "
            "logits at img_shape also in training mode."
        )


def _check_stage(name: str, head: nn.Module) -> None:
    kind = BaseCascadeDecodeHead
    own = [m for m in ("predict", "loss_by_feat") if _has_own(head, m, kind)]
    if not isinstance(head, kind) or own:
        raise TypeError(
            f"segmentation head {name!r}: {type(head).__name__} is a stage of a "
            "cascade that does not predict from the features and the logits of the "
            f"stage before it alone{f' (it has its own {own[0]})' if own else ''}, as "
            "PointRend's does not. Take an EncoderDecoder with the first stage as its "
            "decode_head."
        )
