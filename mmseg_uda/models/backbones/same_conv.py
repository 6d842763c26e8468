"""Convolutions with TensorFlow's padding."""

import torch.nn.functional as F
from torch import Tensor, nn


class SameConv2d(nn.Conv2d):
    r"""A convolution with TensorFlow's "SAME" padding.

    The output has :math:`\lceil n / stride \rceil` rows and columns. Where the zeros
    around the image are an odd number, the one left over stands behind, at the bottom
    and at the right, so that strided convolutions of even sizes see other pixels than
    torch's own padding shows them.

    Shape:
        - Input: (N, C, H, W).
        - Output: (N, C', ceil(H / stride), ceil(W / stride)).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pad with zeros, then convolve."""
        (top, bottom), (left, right) = (
            _padding(*each)
            for each in zip(
                x.shape[2:], self.kernel_size, self.stride, self.dilation, strict=True
            )
        )
        return super().forward(F.pad(x, (left, right, top, bottom)))


def _padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Zeros before and after one dimension.

    Written so that a size which an export leaves open comes out as ``last + 1``, in
    short terms; a maximum stands only where one can be needed.
    """
    last = (size - 1) // stride  # windows but for one
    reach = dilation * (kernel - 1) + 1
    zeros = last * stride + reach - size
    if reach < stride:
        zeros = max(0, zeros)
    return zeros // 2, zeros - zeros // 2
