"""What a model makes of one image: prediction, confidence, variance, Lipschitzness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmseg_uda.models.maps import FeatureNoise, LipschitzMap
from mmseg_uda.models.maps.lipschitz_map import AUTO
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step
from mmseg_uda.structures.padding import without_padding
from mmseg_uda.structures.predict_probs import probs_of
from mmseg_uda.utils.undisturbed import undisturbed

from .noisy_predictor import NoisyPredictor, inner_segmentor
from .variance_weight import variance_weight

_IMAGE = "image"  # name of the only view


@dataclass(frozen=True)
class SampleMaps:
    """Maps of one image, all at its original size.

    Args:
        labels: (H, W) uint8, the predicted classes.
        confidence: (H, W) float32 in (0, 1], probability of the predicted class.
        variance: (H, W) float32 in [0, 1], share of the draws in which noise changes
            the predicted class; None if no noise was drawn for it.
        lipschitz: (H, W) float32 >= 0; LCDA paper, Eq. 3, for the main head.
        unit: Unit of ``lipschitz``: ``'nats'``, or ``''`` for the metrics L1 and L2.
        noise: The noise of the last two.
        draws: Number of draws behind ``variance``.
    """

    labels: np.ndarray
    confidence: np.ndarray
    variance: np.ndarray | None
    lipschitz: np.ndarray
    unit: str
    noise: FeatureNoise
    draws: int


def sample_maps(
    model: nn.Module,
    data: dict,
    draws: int = 20,
    seed: int = 0,
    noise: Mapping[str, Any] | None = None,
) -> SampleMaps:
    """Predict one image and look at how sure, stable and smooth the prediction is.

    The model is left as it was, training mode included, and so are all random numbers.

    Args:
        model: :class:`UDASegmentor` or a segmentor of mmseg's EncoderDecoder kind.
        data: One collated batch of a test data loader, holding one image.
        draws: Noise draws for the variance weight; 0 leaves it out.
        seed: Seed of the noise; the maps are a function of model, image and seed.
        noise: Arguments of :class:`FeatureNoise` that replace those of the model's
            Lipschitz map (of :class:`LipschitzMap` itself if the model has none).

    Raises:
        ValueError: If the model predicts numbers that are not finite.
    """
    lipschitz = drawn_lipschitz_map(model, noise)
    with undisturbed(model):
        torch.manual_seed(seed)
        with NoisyPredictor(model, data, lipschitz.noise) as predictor:
            sample = predictor.clean()
            confidence = probs_of(sample).max(dim=0).values
            labels = sample.pred_sem_seg.data[0]
            variance = variance_weight(predictor, draws) if draws else None
        torch.manual_seed(seed)
        values = _lipschitz_values(model, predictor.batch, lipschitz, labels.shape)
    return SampleMaps(
        labels=labels.cpu().numpy().astype(np.uint8),
        confidence=confidence.cpu().numpy(),
        variance=None if variance is None else variance.cpu().numpy(),
        lipschitz=values.cpu().numpy(),
        unit="nats" if lipschitz.divergence == "kl" else "",
        noise=lipschitz.noise,
        draws=draws,
    )


def drawn_lipschitz_map(
    model: nn.Module, noise: Mapping[str, Any] | None = None
) -> LipschitzMap:
    """A Lipschitz map with the settings of the model's (its first one), else defaults.

    Args:
        model: Any model.
        noise: Arguments of :class:`FeatureNoise` that replace its own.

    Raises:
        ValueError: If they are out of range, or the bound of the model's noise is
            ``'auto'``, not found yet and not given here.
    """
    parts = getattr(model, "maps", {}).values()
    own = next((p for p in parts if isinstance(p, LipschitzMap)), LipschitzMap())
    drawn = LipschitzMap(
        on=_IMAGE, divergence=own.divergence, num_samples=own.num_samples
    )
    if own.noise.eps == AUTO and "eps" not in (noise or {}):
        raise ValueError(
            "the noise of the model's Lipschitz map has eps='auto', and these weights "
            "hold no bound that was found: give one (--eps of tools/visualize.py), or "
            "the weights of a training with a NoiseBoundHook, such as LCRF's stage two"
        )
    drawn.noise = own.noise.changed(**(noise or {}))
    return drawn


def _lipschitz_values(
    model: nn.Module, batch: dict, lipschitz: LipschitzMap, size: tuple[int, int]
) -> Tensor:
    step = Step(
        inner_segmentor(model),
        inputs={_IMAGE: batch["inputs"]},
        samples={_IMAGE: batch["data_samples"]},
        views={_IMAGE: DomainView(_IMAGE)},
        heads={},
        maps={},
    )
    values = without_padding(lipschitz(step, "decode"), batch["data_samples"][0])
    return F.interpolate(
        values.unsqueeze(1), size=size, mode="bilinear", align_corners=False
    )[0, 0]
