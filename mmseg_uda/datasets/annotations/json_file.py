"""JSON files that hold the annotations of all images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any:
    """Return the content of an annotation file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no JSON.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no annotation file {path}: say where it lies below data_root "
            "with annotations=..."
        )
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
