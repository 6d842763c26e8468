"""TensorFlow's "SAME" padding, against a loop over its formula."""

import itertools

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmseg_uda.models.backbones.same_conv import SameConv2d


def same_convolution(image, weight, stride, dilation):
    """One image and one filter in float64.

    TensorFlow's documentation: out = ceil(in / stride), zeros in all
    max((out - 1) * stride + effective filter size - in, 0), half of them (rounded down)
    before.
    """
    rows, columns = image.shape
    k = weight.shape[0]
    reach = (k - 1) * dilation + 1

    def begin(size):
        outputs = int(np.ceil(size / stride))
        return max((outputs - 1) * stride + reach - size, 0) // 2, outputs

    (top, height), (left, width) = begin(rows), begin(columns)
    out = np.zeros((height, width))
    for y, x, i, j in itertools.product(
        range(height), range(width), range(k), range(k)
    ):
        row = y * stride + i * dilation - top
        column = x * stride + j * dilation - left
        if 0 <= row < rows and 0 <= column < columns:
            out[y, x] += weight[i, j] * image[row, column]
    return out


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 4])
@pytest.mark.parametrize("size", [(8, 11), (7, 12), (1, 2)])
def test_same_conv__is_tensorflows(stride, kernel, dilation, size):
    rng = np.random.default_rng(0)
    conv = SameConv2d(1, 1, kernel, stride, dilation=dilation, bias=False).double()
    image, weight = rng.normal(size=size), rng.normal(size=(kernel, kernel))
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(weight))
        out = conv(torch.from_numpy(image)[None, None])[0, 0]
    expected = torch.from_numpy(same_convolution(image, weight, stride, dilation))
    assert_close(out, expected, rtol=1e-10, atol=1e-12)


def test_same_conv__differs_from_torchs_padding_at_even_sizes():
    conv = SameConv2d(1, 1, 3, 2, bias=False)
    image = torch.arange(16.0).view(1, 1, 4, 4)
    usual = torch.nn.functional.conv2d(image, conv.weight, stride=2, padding=1)
    assert not torch.allclose(conv(image), usual)
