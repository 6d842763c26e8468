"""Fixtures shared by all tests: everything tiny, on the CPU, seeded."""

from __future__ import annotations

import os
import tempfile

import pytest
import torch
from mmengine.logging import MessageHub
from mmengine.registry import DefaultScope

import mmseg_uda  # noqa: F401  (registers every part)

# What tests remember of their files is not kept, nor what the user's calls do used;
# before any test module copies the environment for processes of its own.
_CACHE = tempfile.TemporaryDirectory(prefix="mmseg_uda_cache_")
os.environ["MMSEG_UDA_CACHE"] = _CACHE.name


@pytest.fixture(autouse=True)
def _seeded_scope():
    """Same random numbers for every test; names resolve as in an mmseg config.

    No test knows a message hub of another one: training reads its iteration from the
    newest hub, and a Runner of a name that was used before makes no new one.
    """
    torch.manual_seed(0)
    MessageHub._instance_dict.clear()
    with DefaultScope.overwrite_default_scope("mmseg"):
        yield
