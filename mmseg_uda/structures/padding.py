"""What padding adds to a map of an image, taken off again."""

from mmseg.structures import SegDataSample
from torch import Tensor


def is_padded(sample: SegDataSample) -> bool:
    """Whether the data preprocessor has padded the image of a sample."""
    return any(_padding(sample))


def without_padding(values: Tensor, sample: SegDataSample) -> Tensor:
    """Cut off what padding has added.

    Args:
        values: (N, H, W), of the size of the padded image.
        sample: Its data sample.

    Returns:
        (N, H', W') of the size before padding.
    """
    left, right, top, bottom = _padding(sample)
    height, width = values.shape[1:]
    return values[:, top : height - bottom, left : width - right]


def _padding(sample: SegDataSample) -> tuple[int, int, int, int]:
    """Pixels on the left, on the right, above and below, where mmseg looks for them."""
    meta = sample.metainfo
    return tuple(meta.get("img_padding_size", meta.get("padding_size", (0, 0, 0, 0))))
