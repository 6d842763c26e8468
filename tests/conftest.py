"""Fixtures shared by all tests: everything tiny, on the CPU, seeded."""

from __future__ import annotations

import pytest
import torch
from mmengine.registry import DefaultScope

import mmseg_uda  # noqa: F401  (registers every part)


@pytest.fixture(autouse=True)
def _seeded_scope():
    """Same random numbers for every test; names resolve as in an mmseg config."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope("mmseg"):
        yield
