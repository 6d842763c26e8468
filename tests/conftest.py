"""Fixtures shared by all tests: everything tiny, on the CPU, seeded."""

from __future__ import annotations

import pytest
import torch
from mmengine.logging import MessageHub
from mmengine.registry import DefaultScope

import mmseg_uda  # noqa: F401  (registers every part)


@pytest.fixture(autouse=True)
def _seeded_scope(request):
    """Same random numbers for every test; names resolve as in an mmseg config.

    Training reads its iteration from the current hub: without a new one, a test would
    go on counting where an earlier run of the same process stopped.
    """
    torch.manual_seed(0)
    MessageHub.get_instance(request.node.nodeid)
    with DefaultScope.overwrite_default_scope("mmseg"):
        yield
