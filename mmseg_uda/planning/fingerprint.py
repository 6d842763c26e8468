"""What was found in folders, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.plain import plain
from mmseg_uda.version import __version__

from .found import FoundImages, FoundLabels
from .pace import Pace

FILE = "fingerprint.json"


def write_fingerprint(
    folder: Path,
    found: Mapping[str, FoundImages],
    duplicates: list[tuple[str, str]],
    pace: Pace | None,
    said: list[str],
) -> None:
    """Write what a plan was made from.

    Args:
        folder: Where to.
        found: The folders by their part: ``source``, ``target``, ``val``.
        duplicates: Pairs of images that look the same, of source and target.
        pace: What a dry run has measured; None: there was none.
        said: What was decided.
    """
    content: dict[str, Any] = {
        "mmseg_uda": __version__,
        "folders": {part: _described(one) for part, one in found.items()},
        "near_duplicates": [list(pair) for pair in duplicates[:100]],
        "decisions": said,
    }
    if pace is not None:
        content["dry_run"] = {
            "seconds_per_iteration": pace.seconds,
            "peak_memory_mib": round(pace.memory_mib),
            "device": pace.device,
        }
    write_json(folder / FILE, content)


def _described(found: FoundImages) -> dict[str, Any]:
    sizes = np.asarray(found.sizes)
    order = sizes.prod(1).argsort()
    middle = order[len(order) // 2]
    described: dict[str, Any] = {
        "images": len(found.sizes),
        "sizes": {
            "smallest": sizes[order[0]].tolist(),
            "median": sizes[middle].tolist(),
            "largest": sizes[order[-1]].tolist(),
        },
        "files": found.kinds,
        "read_by": plain(found.dataset),
        "notes": found.said,
    }
    if isinstance(found, FoundLabels):
        described["labels"] = {
            "encoding": found.encoding,
            "classes": list(found.classes),
            "shares": {name: round(s, 6) for name, s in found.shares.items()},
        }
    return described
