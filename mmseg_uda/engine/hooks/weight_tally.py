"""Listening to the weights that a model's losses are multiplied by."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_reduce
from torch import Tensor, nn

from mmseg_uda.models.objectives import WeightSums
from mmseg_uda.models.objectives.weight_sums import summary
from mmseg_uda.structures import Step

#: Objective and segmentation head.
Key = tuple[str, str]


class WeightTally:
    """Sums of the weights of a model's objectives, of all ranks, in two spans of time.

    Args:
        model: A :class:`UDASegmentor`, or a model without objectives.
        classes: Class names; None for ids.
    """

    def __init__(self, model: nn.Module, classes: Sequence[str] | None) -> None:
        self.weighted = {
            name: objective
            for name, objective in getattr(model, "objectives", {}).items()
            if getattr(objective, "weight", None) is not None
        }
        self._classes = classes
        self._device = next((p.device for p in model.parameters()), "cpu")
        self._recent: dict[Key, WeightSums] = {
            (name, seg_head): WeightSums()
            for name, objective in self.weighted.items()
            for seg_head in objective.loss_weight
        }
        self._whole: dict[Key, np.ndarray] = {}

    def listen(self) -> None:
        """Be told every weight from now on."""
        for name, objective in self.weighted.items():
            objective.weight.observer = self._observer(name, objective)

    def leave(self) -> None:
        """Be told no more."""
        for objective in self.weighted.values():
            objective.weight.observer = None

    def recent(self) -> dict[Key, dict[str, Any]]:
        """Summarise what has come since this was last called; every rank calls it."""
        taken = {}
        for key, own in self._recent.items():
            sums = own.take(self._device)
            all_reduce(sums)
            taken[key] = sums.cpu().numpy()
            self._whole[key] = self._whole.get(key, 0) + taken[key]
        return self._summaries(taken)

    def whole(self) -> dict[Key, dict[str, Any]]:
        """Summarise what has come since this was last called; every rank calls it."""
        self.recent()
        taken, self._whole = self._whole, {}
        return self._summaries(taken)

    def _summaries(self, sums: dict[Key, np.ndarray]) -> dict[Key, dict[str, Any]]:
        found = {key: summary(value, self._classes) for key, value in sums.items()}
        return {key: numbers for key, numbers in found.items() if numbers["pixels"]}

    def _observer(
        self, name: str, objective: nn.Module
    ) -> Callable[[Step, str, Tensor], None]:
        @torch.no_grad()
        def observe(step: Step, seg_head: str, weight: Tensor) -> None:
            labels = objective.pixel_labels(step)
            if labels is not None and labels.shape != weight.shape:
                labels = None  # a loss that was resized to its weight
            self._recent[name, seg_head].add(weight, labels)

        return observe
