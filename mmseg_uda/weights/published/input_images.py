"""Telling from a trunk's first norm layer which images it was trained on."""

from torch import Tensor

#: BGR in 0..255 minus the mean, or RGB normalised by torchvision's mean and std.
CAFFE, TORCHVISION = "caffe", "torchvision"


def convention_of(weights: dict[str, Tensor]) -> str | None:
    """Tell the scale of the images from the response of the first convolution.

    Its variance per squared weight is about the variance of the pixels: 1 for
    normalised images, some thousands for those in 0..255.

    Args:
        weights: Weights of a ResNet in its own names.

    Returns:
        :data:`CAFFE`, :data:`TORCHVISION`, or None if it lies between; without
        statistics :data:`CAFFE`, the field's convention.
    """
    names = ("conv1.weight", "bn1.running_mean", "bn1.running_var")
    if not all(name in weights for name in names):
        return CAFFE
    weight, mean, variance = (weights[name].double() for name in names)
    fitting = weight.dim() == 4 and weight.shape[:1] == mean.shape == variance.shape
    if not fitting or not mean.any():
        return CAFFE  # statistics never taken, or weights that won't fit anyway
    energy = weight.square().flatten(1).sum(1)
    alive = energy > 1e-6 * energy.max()
    scale = (variance / energy)[alive].median().item()
    if 5 < scale < 80:
        return None
    return CAFFE if scale >= 80 else TORCHVISION
