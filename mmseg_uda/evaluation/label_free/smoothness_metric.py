"""How little noise on the features changes a prediction: LCDA's L_lip as a score."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmseg.registry import METRICS
from torch import Tensor, nn

from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step
from mmseg_uda.structures.padding import without_padding
from mmseg_uda.structures.pixel_range import PixelRange
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.suggestions import check_choice
from mmseg_uda.utils.undisturbed import undisturbed

from .means import in_percent, mean_over_images
from .model_metric import ModelMetric

_IMAGE = "image"  # name of the only view


@METRICS.register_module()
class SmoothnessMetric(ModelMetric):
    r"""LCDA's local Lipschitzness of a network, turned so that higher is better.

    .. math:: \exp(-\frac{1}{N} \sum_n \frac{1}{HW} \sum_{hw}
        L_{lip}(x_n)_{hw})

    in percent: 100 where noise changes nothing. ``L_lip`` is :class:`LipschitzMap`
    (LCDA paper, Eq. 3), of pixels of the image as the network sees it; LCDA minimises
    its mean, and the network of two with the lower mean has the higher score. The name
    is ``label_free/smoothness``; the log tells the mean of L_lip as well.

    The noise is this metric's own, whatever the network was trained with, and that of
    an image depends on ``seed`` and its file's name alone: networks are compared on the
    same draws. It takes a pass of the backbone and ``1 + num_samples`` of the head.

    Args:
        noise: Arguments of :class:`FeatureNoise`; its defaults if None. ``eps='auto'``
            is not possible.
        num_samples: Draws to average over; for a mean over images 1 is enough.
        divergence: See :class:`LipschitzMap`.
        seg_head: Segmentation head, ``'decode'`` or ``'aux'``.
        seed: Seed of the noise.
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``.

    Raises:
        ValueError: If an argument is wrong, the network lacks the head, or a value is
            not finite.
    """

    #: Names of its scores, without prefix.
    score_names = ("smoothness",)

    def __init__(
        self,
        noise: Mapping[str, Any] | None = None,
        num_samples: int = 1,
        divergence: str = "kl",
        seg_head: str = "decode",
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        noise = None if noise is None else dict(noise)
        self.map = LipschitzMap(_IMAGE, divergence, noise, num_samples)
        if lacks := self.map.not_ready():
            raise ValueError(
                f"SmoothnessMetric compares networks at one bound of the noise: {lacks}"
            )
        self.seg_head = seg_head
        self.seed = seed

    def look_at(self, model: nn.Module) -> None:
        """Take the network that is evaluated.

        Raises:
            ValueError: If it lacks the segmentation head.
        """
        super().look_at(model)
        heads = segmentation_heads(_segmentor(model))
        check_choice("seg_head of SmoothnessMetric", self.seg_head, [*heads])

    def measure(self, data: dict, sample: dict) -> dict[str, Tensor]:
        """Return the mean of L_lip over the pixels of an image.

        Raises:
            ValueError: If it is not finite.
        """
        image = Path(sample.get("img_path", ""))
        with undisturbed(self.model):
            batch = self.model.data_preprocessor(data, False)
            torch.manual_seed(self.seed + zlib.crc32(image.name.encode()))
            values = self.map(self._step(batch), self.seg_head)
            mean = without_padding(values, batch["data_samples"][0]).double().mean()
        if not torch.isfinite(mean):
            raise ValueError(
                f"L_lip of {image or 'an image'} is not finite: the network predicts "
                "NaN or infinity, its training has diverged"
            )
        return {"lipschitz": mean.cpu()}

    def _step(self, batch: dict) -> Step:
        return Step(
            _segmentor(self.model),
            inputs={_IMAGE: batch["inputs"]},
            samples={_IMAGE: batch["data_samples"]},
            views={_IMAGE: DomainView(_IMAGE)},
            heads={},
            maps={},
            pixels=PixelRange.of(self.model.data_preprocessor),
        )

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return the score of all images, each counting the same.

        Raises:
            ValueError: If there is no image.
        """
        mean = mean_over_images(results)["lipschitz"].item()
        what = f"{len(results)} images, mean L_lip {mean:.4g}"
        return in_percent({"smoothness": math.exp(-mean)}, what)


def _segmentor(model: nn.Module) -> nn.Module:
    """The segmentor that a :class:`UDASegmentor` wraps, or the segmentor itself."""
    return getattr(model, "segmentor", model)
