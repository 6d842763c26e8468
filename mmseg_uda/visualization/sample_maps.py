"""What a model makes of one image: prediction, confidence, Lipschitzness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.models.segmentors import UDASegmentor


@dataclass(frozen=True)
class SampleMaps:
    """Maps of one image, all at its original size.

    Args:
        labels: (H, W) uint8, the predicted classes.
        confidence: (H, W) float32 in (0, 1], probability of the predicted class.
        lipschitz: (H, W) float32 >= 0, nats; LCDA paper, Eq. 10, for the main head.
    """

    labels: np.ndarray
    confidence: np.ndarray
    lipschitz: np.ndarray


@torch.no_grad()
def sample_maps(
    model: UDASegmentor, data: dict, lipschitz: LipschitzMap | None = None
) -> SampleMaps:
    """Predict one image and look at how sure and how smooth the prediction is.

    Args:
        model: A model in evaluation mode.
        data: One collated batch of a test data loader, holding one image.
        lipschitz: Map to draw; by default the model's own map of that type, else one
            with default settings.

    Returns:
        The maps. The noise of the Lipschitz map comes from torch's random numbers.
    """
    (sample,) = model.test_step(data)
    logits = sample.seg_logits.data.float()
    confidence, labels = logits.softmax(dim=0).max(dim=0)
    batch = model.data_preprocessor(data, training=False)
    step = model.step({"target": batch["inputs"]}, {"target": batch["data_samples"]})
    values = (lipschitz or _own_map(model))(step, "decode")
    values = F.interpolate(
        values.unsqueeze(1), size=labels.shape, mode="bilinear", align_corners=False
    )
    return SampleMaps(
        labels=labels.cpu().numpy().astype(np.uint8),
        confidence=confidence.cpu().numpy(),
        lipschitz=values[0, 0].cpu().numpy(),
    )


def _own_map(model: UDASegmentor) -> LipschitzMap:
    for part in model.maps.values():
        if isinstance(part, LipschitzMap):
            return part
    return LipschitzMap()
