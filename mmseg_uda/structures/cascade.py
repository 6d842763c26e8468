"""Decode heads of which each is given what the one before it predicts."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class Cascade(nn.Module):
    """The decode heads of mmseg's ``CascadeEncoderDecoder`` (OCRNet) as one head.

    It is H(.) of the whole cascade: all of its stages read the features that are given,
    so that noise on these reaches each of them. The stages stay the segmentor's own.

    Args:
        stages: Decode heads, the first one first.
    """

    def __init__(self, stages: Sequence[nn.Module]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.num_classes = self.stages[-1].num_classes
        self.align_corners = self.stages[-1].align_corners

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Run all stages on features; the last one's logits, (N, K, h, w)."""
        logits = self.stages[0](feats)
        for stage in self.stages[1:]:
            logits = stage(feats, logits)
        return logits


def stages_of(head: nn.Module) -> list[nn.Module]:
    """Return the stages of a cascade, or a head that is none as its only stage."""
    return list(head.stages) if isinstance(head, Cascade) else [head]
