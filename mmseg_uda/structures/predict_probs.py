"""Class probabilities of one image, from any mmseg model."""

import torch
from mmengine.model import BaseTTAModel
from mmseg.structures import SegDataSample
from torch import Tensor, nn


@torch.no_grad()
def predict_probs(model: nn.Module, data: dict) -> Tensor:
    """Predict one image at its original size through the model's ``test_step``.

    With test-time augmentation the probabilities of all augmented images are
    averaged, as mmseg does. They are computed here because ``SegTTAModel`` hands on
    its merged class ids only: the logits of its result are those of the last
    augmentation.

    Args:
        model: An mmseg segmentor in eval mode, or one wrapped in a ``BaseTTAModel``.
        data: A collated batch of one image. With test-time augmentation ``inputs``
            and ``data_samples`` are lists with one batch for each augmentation.

    Returns:
        Probabilities (K, H, W), float32, on the model's device.

    Raises:
        ValueError: If the model predicts a single channel or a non-finite number, not
            at the image's size, or not at all, as some want sizes of a certain kind.
    """
    if isinstance(model, BaseTTAModel):
        model = model.module
    if not isinstance(data["inputs"][0], (list, tuple)):
        return probs_of(_predicted(model, data))
    total = 0.0
    num_augmented = len(data["inputs"])
    for index in range(num_augmented):
        batch = {key: value[index] for key, value in data.items()}
        total = total + probs_of(_predicted(model, batch))
    return total / num_augmented


def _predicted(model: nn.Module, data: dict) -> SegDataSample:
    try:
        return model.test_step(data)[0]
    except AssertionError as error:  # which layers raise of sizes, such as UNet
        raise ValueError(
            f"the network refuses the image: {error} If it wants sizes divisible by N, "
            "data_preprocessor=dict(test_cfg=dict(size_divisor=N)) of the model pads "
            "images to them"
        ) from error


def probs_of(sample: SegDataSample) -> Tensor:
    """Return the probabilities (K, H, W) of a predicted sample, float32.

    Raises:
        ValueError: As :func:`predict_probs`.
    """
    logits = sample.seg_logits.data
    if not 2 <= logits.shape[0] <= 255:
        raise ValueError(
            f"the model predicts {logits.shape[0]} channels; labels need 2 to "
            "255 classes (a binary model needs out_channels=2)"
        )
    size = tuple(sample.metainfo.get("ori_shape", logits.shape[1:])[:2])
    if tuple(logits.shape[1:]) != size:
        raise ValueError(
            f"the model predicts {tuple(logits.shape[1:])} pixels (H, W) for an image "
            f"of {size}; its test pipeline must pack 'ori_shape'"
        )
    probs = logits.float().softmax(0)
    if not torch.isfinite(probs).all():
        raise ValueError(
            "the model predicts NaN or infinity; its checkpoint is that of a run that "
            "diverged"
        )
    return probs
