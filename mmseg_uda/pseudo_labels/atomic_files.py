"""Files that are complete or not there."""

import io
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

#: Suffix of a file that is being written; such a file is never read.
PART_SUFFIX = ".part"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none, also after a kill."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART_SUFFIX)
    part.write_bytes(content)
    os.replace(part, path)


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON, atomically."""
    write_bytes(path, (json.dumps(value, indent=2) + "\n").encode())


def png_bytes(image: np.ndarray) -> bytes:
    """Encode an array (H, W), uint8, as a grey PNG (pillow's mode 'L')."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
