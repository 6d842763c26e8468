"""A batch norm with a single value a channel is explained."""

import pytest
import torch

from mmseg_uda.stages import StageError
from mmseg_uda.stages.training.single_values import explained_single_values


def test_single_values__torchs_error_gets_a_remedy():
    norm = torch.nn.BatchNorm2d(4)
    with (
        pytest.raises(StageError, match=r"stage 'one': .*crop_size larger"),
        explained_single_values("one"),
    ):
        norm(torch.zeros(1, 4, 1, 1))


def test_single_values__other_errors_stay():
    with pytest.raises(ValueError, match=r"^mine$"), explained_single_values("one"):
        raise ValueError("mine")
