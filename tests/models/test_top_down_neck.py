"""The top-down neck: its equation, its gradients, its options."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from mmseg_uda.models.necks import TopDownNeck

CHANNELS = (3, 4, 5)
SIZES = ((9, 12), (5, 6), (3, 3))


def maps(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(2, channels, *size, generator=generator, dtype=dtype)
        for channels, size in zip(CHANNELS, SIZES, strict=True)
    ]


def neck(num_outs):
    torch.manual_seed(0)
    built = TopDownNeck(CHANNELS, 6, num_outs)
    built.init_weights()
    return built.double()


def conv1x1(conv, x):
    weight = conv.weight[:, :, 0, 0]
    return torch.einsum("oc,nchw->nohw", weight, x) + conv.bias[:, None, None]


def bilinear(x, size):
    """Half-pixel centres, as sums over the four neighbours' weights."""

    def weights(n, m):
        place = ((torch.arange(m, dtype=x.dtype) + 0.5) * n / m - 0.5).clamp(0, n - 1)
        return (1 - (place[:, None] - torch.arange(n, dtype=x.dtype)).abs()).clamp(0)

    rows, columns = (weights(*each) for each in zip(x.shape[2:], size, strict=True))
    return torch.einsum("yh,nchw,xw->ncyx", rows, x, columns)


@pytest.mark.parametrize("num_outs", [1, 2, 3])
def test_neck__is_its_equation(num_outs):
    built, feats = neck(num_outs), maps()
    with torch.no_grad():
        coarse = conv1x1(built.laterals[2], feats[2])
        middle = conv1x1(built.laterals[1], feats[1]) + bilinear(coarse, SIZES[1])
        fine = conv1x1(built.laterals[0], feats[0]) + bilinear(middle, SIZES[0])
        outs = built(feats)
    assert len(outs) == num_outs
    # the finest is the last
    for level, (t, out) in enumerate(
        zip((fine, middle, coarse), outs[::-1], strict=False)
    ):
        conv = built.outputs[level]
        shifted = F.unfold(t, 3, padding=1).unflatten(-1, t.shape[2:])
        expected = torch.einsum("ok,nkhw->nohw", conv.weight.flatten(1), shifted)
        assert_close(out, expected + conv.bias[:, None, None], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("num_outs", [1, 3])
def test_neck__every_weight_learns(num_outs):
    built = neck(num_outs)
    feats = [x.requires_grad_() for x in maps()]
    sum(out.square().mean() for out in built(feats)).backward()
    assert all(p.grad is not None and p.grad.any() for p in built.parameters())
    assert all(x.grad.any() for x in feats)


@pytest.mark.parametrize("num_outs", [0, 4])
def test_neck__number_of_outputs_is_checked(num_outs):
    with pytest.raises(ValueError, match="num_outs must be 1 to 3"):
        TopDownNeck(CHANNELS, 6, num_outs)
