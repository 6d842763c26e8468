"""How options of data sets are written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def below(folder: Path, root: Path) -> str:
    """Return a folder relative to one above it; ``""`` for that itself."""
    relative = os.path.relpath(folder, root)
    return "" if relative == "." else relative


def one_or_all(ends: Sequence[str]) -> str | tuple[str, ...]:
    """Return the only one of some endings, or all of them."""
    return ends[0] if len(ends) == 1 else tuple(ends)
