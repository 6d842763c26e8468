"""Maps and losses per pixel at another size, against a filter written out here."""

import pytest
import torch

from mmseg_uda.layers import resize_map


def _triangle(old: int, new: int) -> torch.Tensor:
    """(new, old): weights of a tent as wide as an output cell, or an input cell."""
    scale = old / new
    width = max(scale, 1.0)
    centres = (torch.arange(new).double() + 0.5) * scale
    cells = torch.arange(old).double() + 0.5
    # where it grows, what lies beyond the border is the border's value
    if scale < 1:
        centres = centres.clamp(0.5, old - 0.5)
    weights = (1 - (cells - centres[:, None]).abs() / width).clamp(min=0)
    return weights / weights.sum(1, keepdim=True)


def _expected(values: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    _, height, width = values.shape
    rows, columns = _triangle(height, size[0]), _triangle(width, size[1])
    return rows @ values.double() @ columns.T


@pytest.mark.parametrize("size", [(6, 14), (40, 40), (6, 40), (31, 32), (32, 32)])
def test_resize_map__is_bilinear_and_anti_aliased(size):
    values = torch.rand(2, 32, 32, generator=torch.Generator().manual_seed(0))
    got = resize_map(values.double(), size)
    torch.testing.assert_close(got, _expected(values, size))


def test_resize_map__every_cell_counts_where_it_shrinks():
    values = torch.rand(1, 32, 32).requires_grad_()
    resize_map(values, (6, 14)).sum().backward()
    assert (values.grad > 0).all()


def test_resize_map__where_it_grows_the_gradient_keeps_its_sum():
    values = torch.rand(1, 3, 3).requires_grad_()
    resize_map(values, (40, 40)).sum().backward()
    torch.testing.assert_close(values.grad.sum(), torch.tensor(1600.0))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_resize_map__keeps_the_type(dtype):
    values = torch.rand(1, 8, 8).to(dtype)
    got = resize_map(values, (3, 3))
    assert got.dtype == dtype
    torch.testing.assert_close(
        got.double(), _expected(values, (3, 3)), rtol=0, atol=5e-3
    )
