"""PNG pictures that know what they were drawn from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mmseg_uda.utils.atomic_files import write_atomic

_KEY = "mmseg_uda"  # of the text in the file


def write_picture(path: Path, picture: np.ndarray, origin: str) -> None:
    """Write a picture in one step.

    Args:
        path: PNG file; missing folders are made.
        picture: (H, W, 3) uint8, RGB.
        origin: What decides the picture, any text; :func:`is_drawn` compares it.
    """
    info = PngInfo()
    info.add_text(_KEY, origin)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", pnginfo=info)
    write_atomic(path, buffer.getvalue())


def is_drawn(path: Path, origin: str, overwrite: bool = False) -> bool:
    """Whether a picture is on disk as it would be drawn now.

    Args:
        path: PNG file.
        origin: What decides the picture.
        overwrite: Whether a picture of :func:`write_picture` may be replaced; then it
            counts as not drawn.

    Raises:
        FileExistsError: If there is another file, or a picture of another origin that
            must not be replaced.
    """
    if not path.exists():
        return False
    found = _origin_of(path)
    if found is None:
        raise FileExistsError(
            f"{path} exists and was not drawn by this tool; nothing is overwritten. "
            "Choose another --out."
        )
    if overwrite:
        return False
    if found != origin:
        raise FileExistsError(
            f"{path} was drawn with another checkpoint, image or other settings. "
            "Choose another --out, or replace what is there: --overwrite."
        )
    return True


def _origin_of(path: Path) -> str | None:
    try:
        with Image.open(path) as picture:
            return getattr(picture, "text", {}).get(_KEY)
    except OSError:  # no picture, or a folder
        return None
