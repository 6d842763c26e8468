"""Bringing a map of a padded and scaled image to the size of the image's file."""

from collections.abc import Sequence

from mmseg.structures import SegDataSample
from torch import Tensor

from mmseg_uda.layers.resize_map import resize_map

from .padding import is_padded, without_padding


def at_original_size(values: Tensor, sample: SegDataSample, inputs: Tensor) -> Tensor:
    """Take the padding of one image off its map and resize it, see :func:`resize_map`.

    Args:
        values: (1, h, w), of the whole padded image.
        sample: The image's data sample, with ``ori_shape``.
        inputs: The padded image, (1, 3, H', W').

    Returns:
        (H, W) of the file.
    """
    return at_size(values, sample, inputs, sample.metainfo["ori_shape"][:2])[0]


def at_size(
    values: Tensor, sample: SegDataSample, inputs: Tensor, size: Sequence[int]
) -> Tensor:
    """Take the padding of one image off its maps (C, h, w) and resize them.

    Args:
        values: (C, h, w), of the whole padded image.
        sample: The image's data sample.
        inputs: The padded image, (1, 3, H', W').
        size: (H, W), of the label, say.

    Returns:
        (C, H, W).
    """
    if is_padded(sample):  # the map is of the padded image, its label is not
        values = without_padding(resize_map(values, inputs.shape[2:]), sample)
    return resize_map(values, size)
