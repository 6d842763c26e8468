"""A metric for images without labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS
from torch import Tensor

from .means import in_percent, mean_over_images
from .scores import certainty, information_maximisation, soft_neighbourhood_density

_SCORES = ("certainty", "information", "density")


@METRICS.register_module()
class LabelFreeMetric(BaseMetric):
    """Scores of predictions without labels: to choose a checkpoint where none exist.

    ``certainty`` (one minus the mean entropy), ``information`` (certainty and
    diversity, :func:`.information_maximisation`) and ``density``
    (:func:`.soft_neighbourhood_density`), in percent; the higher, the better. Names get
    the prefix ``label_free/``: ``save_best="label_free/information"``.

    No label is looked at, also where the data set has some. Under several ranks the
    images that a sampler repeats to fill the last batch are counted once.

    Args:
        num_pixels: Pixels of an image whose density is measured, at most; it takes
            ``num_pixels`` squared numbers. In images of one size they are the same.
        temperature: Of the density.
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``.

    Raises:
        ValueError: If an argument is wrong, or a sample has no ``seg_logits``.
    """

    default_prefix = "label_free"
    #: Names of its scores, without prefix.
    score_names = _SCORES

    def __init__(
        self, num_pixels: int = 512, temperature: float = 0.05, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(num_pixels, int) or num_pixels < 3:
            raise ValueError(f"num_pixels is a whole number >= 3, got {num_pixels!r}")
        if not temperature > 0:
            raise ValueError(f"temperature must be > 0, got {temperature!r}")
        self.num_pixels = num_pixels
        self.temperature = temperature

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Add what each image's prediction tells.

        Raises:
            ValueError: If a sample has no logits, or of one class.
        """
        for sample in data_samples:
            if "seg_logits" not in sample:
                raise ValueError(
                    "LabelFreeMetric needs the logits of a prediction (seg_logits), "
                    "which test-time augmentation does not keep: score without it"
                )
            logits = sample["seg_logits"]["data"]
            if len(logits) < 2:
                raise ValueError(
                    "LabelFreeMetric needs a logit for each class, got one in all: use "
                    "out_channels=2 of the head"
                )
            self.results.append(self._tally(logits))

    def _tally(self, logits: Tensor) -> dict[str, Tensor]:
        probabilities = logits.float().softmax(0).flatten(1)
        chosen = self._chosen(probabilities)
        density = soft_neighbourhood_density(chosen, self.temperature)
        return {
            "mean": probabilities.double().mean(1).cpu(),
            "certainty": certainty(probabilities).double().mean().cpu(),
            "density": density.double().cpu(),
        }

    def _chosen(self, probabilities: Tensor) -> Tensor:
        """Return some pixels, the same ones of images of one size at every call."""
        number = probabilities.shape[1]
        if number <= self.num_pixels:
            return probabilities
        generator = torch.Generator().manual_seed(number)
        chosen = torch.randperm(number, generator=generator)[: self.num_pixels]
        return probabilities[:, chosen.to(probabilities.device)]

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return the scores over all images, each counting the same.

        Raises:
            ValueError: If there is no image.
        """
        means = mean_over_images(results)
        means["information"] = information_maximisation(
            means["mean"], means["certainty"]
        )
        scores = {name: means[name].item() for name in _SCORES}
        return in_percent(scores, f"{len(results)} images")
