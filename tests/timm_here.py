"""Which tests need timm, and whether it is here."""

import pytest

try:
    import timm  # noqa: F401
except (ImportError, RuntimeError):  # the latter: a torchvision of another torch
    HAS_TIMM = False
else:
    HAS_TIMM = True

WITHOUT_TIMM = "timm, an extra, is not here, or not with the torchvision of this torch"
needs_timm = pytest.mark.skipif(not HAS_TIMM, reason=WITHOUT_TIMM)


def is_of_timm(leaf: str) -> bool:
    """Whether a config has a network of timm."""
    return "convnext" in leaf or "dinov2" in leaf


def skipping(leaves: list[str]) -> list:
    """Parameters of a test for configs, of which some are skipped without timm."""
    return [
        pytest.param(leaf, marks=needs_timm if is_of_timm(leaf) else ())
        for leaf in leaves
    ]
