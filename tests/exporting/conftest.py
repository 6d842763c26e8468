import logging

import pytest


@pytest.fixture(autouse=True)
def _no_trace(monkeypatch):
    """Keep torch from writing all it traces into pytest's log: minutes, else."""
    monkeypatch.setattr(logging.getLogger("torch.__trace"), "disabled", True)
