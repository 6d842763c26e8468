"""Several networks that predict as one."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmseg_uda.weights.checkpoints import load_into


class MeanSegmentor(nn.Module):
    r"""The mean of several networks' class probabilities, of each image.

    .. math:: p = \frac{1}{M} \sum_m \mathrm{softmax}(z_m)

    What FDA (Yang & Soatto) does with networks trained on M = 3 bands, for
    pseudo-labels and in tests. Each network runs its own ``test_step``, and
    probabilities are averaged at the original image's size. (The public code averages
    before it up-samples.) It only predicts: there is no training, and no file of it.

    Args:
        members: mmseg segmentors of the same classes, one at least.

    Raises:
        ValueError: If there is no member.
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        if not members:
            raise ValueError("MeanSegmentor needs at least one network, got none")
        self.members = nn.ModuleList(members)

    @classmethod
    def of(
        cls, model: nn.Module, checkpoints: Sequence[str | Path], **options: Any
    ) -> MeanSegmentor:
        """Average a network with others that only their weights tell from it.

        Args:
            model: A network with its weights; the first member.
            checkpoints: Weights of the others.
            **options: Of :func:`load_into`.

        Raises:
            FileNotFoundError: If a checkpoint is missing.
            ValueError: If one does not fit the network.
        """
        members = [model]
        for checkpoint in checkpoints:
            members.append(copy.deepcopy(model))
            load_into(members[-1], str(checkpoint), **options)
        return cls(members)

    @torch.no_grad()
    def test_step(self, data: dict) -> list[SegDataSample]:
        """Predict a batch.

        Args:
            data: A collated batch, as a member takes it.

        Returns:
            Samples with ``pred_sem_seg`` (1, H, W) and, as ``seg_logits`` (K, H, W),
            the logarithm of the mean, whose softmax is the mean again.

        Raises:
            ValueError: If members predict different numbers of classes.
        """
        total: list[Tensor] = []
        for member in self.members:
            samples = member.test_step(data)
            probs = [s.seg_logits.data.float().softmax(dim=0) for s in samples]
            total = _added(total, probs)
        for sample, summed in zip(samples, total, strict=True):
            mean = summed / len(self.members)
            sample.seg_logits = PixelData(data=mean.log())
            sample.pred_sem_seg = PixelData(data=mean.argmax(dim=0, keepdim=True))
        return samples

    @property
    def out_channels(self) -> int:
        """Channels of the logits, which mmseg's test-time augmentation asks for."""
        return self.members[0].out_channels


def _added(total: list[Tensor], probs: list[Tensor]) -> list[Tensor]:
    if not total:
        return probs
    for ours, theirs in zip(total, probs, strict=True):
        if ours.shape != theirs.shape:
            raise ValueError(
                "the networks to average predict different numbers of classes or "
                f"pixels: {tuple(ours.shape)} and {tuple(theirs.shape)} (K, H, W)"
            )
    return [ours + theirs for ours, theirs in zip(total, probs, strict=True)]
