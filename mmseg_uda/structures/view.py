"""Images of one domain, with what the segmentor makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmseg_uda.models.layers import RandomState, frozen_running_stats

FUSED = "fused"


def segmentation_heads(segmentor: nn.Module) -> dict[str, nn.Module]:
    """Name the segmentation heads of an mmseg segmentor.

    Returns:
        ``{'decode': ...}``, plus ``'aux'`` for one auxiliary head or ``'aux_0'``,
        ``'aux_1'``, ... for several.

    Raises:
        TypeError: If the segmentor has no single decode head (cascades feed one head's
            output to the next, so their heads cannot be run on features alone).
    """
    decode_head = getattr(segmentor, "decode_head", None)
    if decode_head is None or isinstance(decode_head, nn.ModuleList):
        raise TypeError(
            f"{type(segmentor).__name__} has no single `decode_head`. UDASegmentor "
            "wraps segmentors of the EncoderDecoder kind: one decode head, any number "
            "of auxiliary heads."
        )
    heads = {"decode": decode_head}
    auxiliary = getattr(segmentor, "auxiliary_head", None)
    if isinstance(auxiliary, nn.ModuleList):
        names = ["aux"] if len(auxiliary) == 1 else [f"aux_{i}" for i in range(99)]
        heads.update(zip(names, auxiliary, strict=False))
    elif auxiliary is not None:
        heads["aux"] = auxiliary
    return heads


def levels_read(head: nn.Module, num_levels: int) -> list[int]:
    """Indices, >= 0, of the feature maps that a segmentation head reads, in its order.

    Args:
        head: A segmentation head; one without mmseg's ``in_index`` reads all.
        num_levels: How many feature maps there are.
    """
    index = getattr(head, "in_index", range(num_levels))
    indices = [index] if isinstance(index, int) else list(index)
    return [i % num_levels for i in indices]


class View:
    """Images of one domain as the segmentor sees them.

    Everything derived (features, logits, probabilities) is computed on first use and
    kept for the step, so that objectives and maps that look at the same thing share one
    forward pass. Nothing is detached: gradient flows to backbone and heads.

    Args:
        images: (N, 3, H, W), normalised as the network wants them.
        samples: N data samples; those of an unlabelled domain carry no ``gt_sem_seg``.
        segmentor: The wrapped mmseg segmentor.

    Attributes:
        images: See above.
        samples: See above.
        heads: Segmentation heads by name, see :func:`segmentation_heads`.
    """

    def __init__(self, images: Tensor, samples: Sequence, segmentor: nn.Module) -> None:
        self.images = images
        self.samples = samples
        self.heads: Mapping[str, nn.Module] = segmentation_heads(segmentor)
        self._segmentor = segmentor
        self._cache: dict = {}
        self._dropout: dict[str, RandomState] = {}

    def _once(self, key: tuple, compute) -> Tensor:
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]

    @property
    def feats(self) -> Sequence[Tensor]:
        """Feature maps of backbone (and neck), each (N, C_i, h_i, w_i)."""
        return self._once(("feats",), lambda: self._segmentor.extract_feat(self.images))

    @property
    def labels(self) -> Tensor | None:
        """(N, H, W) int64 with 255 = ignore, or None for an unlabelled domain."""
        if any("gt_sem_seg" not in sample for sample in self.samples):
            return None
        return self._once(
            ("labels",),
            lambda: torch.cat([s.gt_sem_seg.data for s in self.samples]).long(),
        )

    def logits(self, seg_head: str = "decode") -> Tensor:
        """Logits of a segmentation head at image size, (N, K, H, W).

        Args:
            seg_head: A key of :attr:`heads`, or ``'fused'``: decode + w * aux, with the
                segmentor's own ``aux_weight`` w (0.5 in the papers, on logits).
        """
        if seg_head == FUSED:
            return self._once((FUSED,), self._fused_logits)
        return self._once(("logits", seg_head), lambda: self._first_decode(seg_head))

    def log_probs(self, seg_head: str = "decode") -> Tensor:
        """Log of the class probabilities, (N, K, H, W), float32."""
        return self._once(
            ("log_probs", seg_head),
            lambda: F.log_softmax(self.logits(seg_head).float(), dim=1),
        )

    def probs(self, seg_head: str = "decode") -> Tensor:
        """Class probabilities, (N, K, H, W), float32, summing to 1 over K."""
        return self._once(
            ("probs", seg_head),
            lambda: F.softmax(self.logits(seg_head).float(), dim=1),
        )

    def decode(
        self, feats: Sequence[Tensor], seg_head: str, shared_dropout: bool = True
    ) -> Tensor:
        """Run a segmentation head on *given* features; H(.) of LCDA Eq. 3. Uncached.

        Batch-norm layers of the head use batch statistics but leave their running
        statistics alone: those belong to the pass on the unperturbed features.

        Args:
            feats: Same structure as :attr:`feats`.
            seg_head: A key of :attr:`heads`.
            shared_dropout: Draw the dropout masks that :meth:`logits` of this head
                drew, so that equal features give exactly equal logits.

        Returns:
            (N, K, H, W) logits at image size.
        """
        head = self.heads[seg_head]
        with frozen_running_stats(head):
            if not shared_dropout:
                return self._upsample(head(feats), head)
            self.logits(seg_head)
            with self._dropout[seg_head].replay():
                return self._upsample(head(feats), head)

    def levels(self, seg_head: str) -> list[int]:
        """Indices into :attr:`feats` that a head reads, in the head's order."""
        return levels_read(self.heads[seg_head], len(self.feats))

    def _first_decode(self, seg_head: str) -> Tensor:
        head = self.heads[seg_head]
        feats = self.feats
        self._dropout[seg_head] = RandomState.for_call(head, self.images)
        return self._upsample(head(feats), head)

    def _fused_logits(self) -> Tensor:
        decode = self.logits("decode")
        if "aux" not in self.heads:
            return decode
        return decode + getattr(self._segmentor, "aux_weight", 0.5) * self.logits("aux")

    def _upsample(self, logits: Tensor, head: nn.Module) -> Tensor:
        return F.interpolate(
            logits,
            size=self.images.shape[2:],
            mode="bilinear",
            align_corners=getattr(head, "align_corners", False),
        )
