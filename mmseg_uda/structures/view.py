"""Images of one domain, with what the segmentor makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmseg_uda.layers import BufferState, RandomState, frozen_running_stats
from mmseg_uda.structures.grid import REGION_FIELD
from mmseg_uda.utils.precision import at_least_float32

from .decode_draws import decode_draws, one_by_one
from .read_feats import ReadFeats
from .seg_heads import at_image_size, head_logits, segmentation_heads

FUSED = "fused"


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
        self._before: dict[str, tuple[RandomState, BufferState]] = {}
        self._levels: dict[str, list[int]] = {}

    def _once(self, key: tuple, compute) -> Tensor:
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]

    @property
    def feats(self) -> Sequence[Tensor]:
        """Feature maps of backbone (and neck), each (N, C_i, h_i, w_i)."""
        return self._once(("feats",), lambda: self._segmentor.extract_feat(self.images))

    @property
    def last_feat(self) -> Tensor:
        """The last feature map, (N, C, h, w): what MLAN writes E(x)."""
        return self.feats[-1]

    @property
    def labels(self) -> Tensor | None:
        """(N, H, W) int64 with 255 = ignore, or None for an unlabelled domain."""
        if any("gt_sem_seg" not in sample for sample in self.samples):
            return None
        return self._once(
            ("labels",),
            lambda: torch.cat([s.gt_sem_seg.data for s in self.samples]).long(),
        )

    @property
    def soft_labels(self) -> Tensor | None:
        """(N, K, H, W) float32, summing to 1 over K, or None if there are none."""
        if any("gt_soft_seg" not in sample for sample in self.samples):
            return None
        return self._once(("soft_labels",), self._stacked_soft_labels)

    def region_labels(self, name: str) -> Tensor | None:
        """Labels of patches, (N, I, J) int64, 255 = ignore, or None if there are none.

        Args:
            name: ``name`` of the :class:`LabelRegions` that made them.

        Raises:
            ValueError: If the images were padded, so that the grid is not theirs.
        """
        if any(f"{REGION_FIELD}{name}" not in sample for sample in self.samples):
            return None
        return self._once(("regions", name), lambda: self._stacked_regions(name))

    def logits(self, seg_head: str = "decode") -> Tensor:
        """Logits of a segmentation head at image size, (N, K, H, W).

        Args:
            seg_head: A key of :attr:`heads`, or ``'fused'``: decode + w * aux, with the
                segmentor's own ``aux_weight`` w (0.5 in the papers, on logits).
        """
        if seg_head == FUSED:
            return self._once((FUSED,), self._fused_logits)
        return self._once(("logits", seg_head), lambda: self._first_decode(seg_head))

    def coarse_logits(self, seg_head: str = "decode") -> Tensor:
        """Logits of a segmentation head before they are up-sampled, (N, K, h, w).

        Args:
            seg_head: A key of :attr:`heads`.
        """
        self.logits(seg_head)
        return self._cache["coarse", seg_head]

    def log_probs(self, seg_head: str = "decode") -> Tensor:
        """Log of the class probabilities, (N, K, H, W), float32 at least."""
        return self._once(
            ("log_probs", seg_head),
            lambda: F.log_softmax(at_least_float32(self.logits(seg_head)), dim=1),
        )

    def probs(self, seg_head: str = "decode") -> Tensor:
        """Class probabilities, (N, K, H, W), float32 at least, summing to 1."""
        return self._once(
            ("probs", seg_head),
            lambda: F.softmax(at_least_float32(self.logits(seg_head)), dim=1),
        )

    def decode(
        self,
        feats: Sequence[Tensor],
        seg_head: str,
        shared_dropout: bool = True,
        draws: int = 1,
    ) -> Tensor:
        """Run a segmentation head on *given* features; H(.) of LCDA Eq. 3. Uncached.

        Batch-norm layers of the head use batch statistics but leave their running
        statistics alone, and other buffers that the head updates stay as they are:
        those belong to the pass on the unperturbed features.

        Args:
            feats: Same structure as :attr:`feats`.
            seg_head: A key of :attr:`heads`.
            shared_dropout: Draw the random numbers (dropout masks, say) that
                :meth:`logits` of this head drew, so that equal features give exactly
                equal logits.
            draws: Number S of draws that the levels which the head reads hold one after
                the other, (S * N, C_i, h_i, w_i). Each is decoded as it would be by
                itself (its batch norm included), up to rounding; in one call of the
                head, unless dropout is not shared or the head is one of those named in
                :func:`decode_draws`.

        Returns:
            (S * N, K, H, W) logits at image size.
        """
        self.logits(seg_head)
        again = partial(self._decode_again, seg_head, shared_dropout)
        if draws == 1:
            return again(feats)
        batch = len(self.images)
        if not shared_dropout:
            return one_by_one(again, feats, draws, batch)
        return decode_draws(self.heads[seg_head], again, feats, draws, batch)

    def levels(self, seg_head: str) -> list[int]:
        """Indices into :attr:`feats` that a head reads, in the head's order."""
        self.logits(seg_head)
        return self._levels[seg_head]

    def _stacked_soft_labels(self) -> Tensor:
        soft = torch.stack([s.gt_soft_seg.data for s in self.samples]).float()
        # bytes that were rounded one by one; a pixel of padding holds anything
        return soft / soft.sum(dim=1, keepdim=True).clamp(min=1)

    def _stacked_regions(self, name: str) -> Tensor:
        fields = [getattr(sample, f"{REGION_FIELD}{name}") for sample in self.samples]
        size = tuple(self.images.shape[2:])
        for field in fields:
            if tuple(field.labelled_shape) != size:
                raise ValueError(
                    f"the patches '{name}' were labelled on {field.labelled_shape} "
                    f"pixels (height, width), the images are {size}: batches must not "
                    "be padded; end the pipeline with a crop or a Resize to a fixed "
                    "size, before LabelRegions"
                )
        return torch.cat([field.data for field in fields]).long()

    def _first_decode(self, seg_head: str) -> Tensor:
        head = self.heads[seg_head]
        feats = ReadFeats(self.feats)
        self._before[seg_head] = (
            RandomState.for_call(head, self.images),
            BufferState(head),
        )
        logits = self._cache["coarse", seg_head] = self._run(seg_head, feats)
        self._levels[seg_head] = feats.levels
        return self._at_image_size(seg_head, logits)

    def _decode_again(
        self, seg_head: str, shared_dropout: bool, feats: Sequence, draws: int = 1
    ) -> Tensor:
        head = self.heads[seg_head]
        random_state, buffers = self._before[seg_head]
        replay = random_state.replay() if shared_dropout else nullcontext()
        with frozen_running_stats(head), buffers.replay(), replay:
            return self._at_image_size(seg_head, self._run(seg_head, feats, draws))

    def _run(self, seg_head: str, feats: Sequence, draws: int = 1) -> Tensor:
        test_cfg = getattr(self._segmentor, "test_cfg", None)
        shape = (draws * len(self.images), *self.images.shape[1:])
        return head_logits(self.heads[seg_head], feats, shape, test_cfg)

    def _at_image_size(self, seg_head: str, logits: Tensor) -> Tensor:
        return at_image_size(self.heads[seg_head], logits, self.images.shape)

    def _fused_logits(self) -> Tensor:
        decode = self.logits("decode")
        if "aux" not in self.heads:
            return decode
        return decode + getattr(self._segmentor, "aux_weight", 0.5) * self.logits("aux")
