"""Cheap checks of image files, without decoding them."""

import io
import os
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from .reading.checksums import check_checksums
from .reading.declared import Declared, declare
from .reading.no_image import no_image

__all__ = ["check_checksums", "image_size", "read_header"]

#: What an intact file of a format holds among its last bytes.
_ENDS = {
    "PNG": b"IEND",
    "JPEG": b"\xff\xd9",
    "GIF": b"\x3b",
}
#: Where a format says how many bytes there are, and how many more than it says.
_SIZES = {"BMP": (slice(2, 6), 0), "WEBP": (slice(4, 8), 8)}
_TAIL = 64


def image_size(path: str | Path, orientation: str = "shown") -> tuple[int, int]:
    """Return width and height of an image from its header, and check its end.

    Args:
        path: Image file.
        orientation: ``'shown'`` as its orientation tag turns it, or ``'stored'``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no image or is truncated.
    """
    return read_header(path).size(orientation)


def read_header(path: str | Path) -> Declared:
    """Return what an image declares, and check its end.

    A file that does not end as its format has it is decoded to be sure.

    Raises:
        FileNotFoundError: If there is no such file.
        PermissionError: If it must not be read.
        ValueError: If it is no image or is truncated.
    """
    try:
        with open(path, "rb") as file:
            declared = declare(file)
            complete = _is_complete(declared.kind, file)
        if not complete:
            if _ENDS.get(declared.kind, b"") not in Path(path).read_bytes():
                raise OSError("its end is missing")
            with Image.open(path) as image:
                image.load()  # the end is followed by other data, or is a preview's
    except UnidentifiedImageError as error:
        with open(path, "rb") as file:
            raise ValueError(no_image(path, file.read(_TAIL))) from error
    except (FileNotFoundError, PermissionError) as error:
        raise type(error)(_unopened(path, error)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f"{path} is truncated or damaged ({_bytes(path)} bytes), fetch it again: "
            f"{error}"
        ) from error
    return declared


def _unopened(path: str | Path, error: OSError) -> str:
    if os.path.islink(path) and isinstance(error, FileNotFoundError):
        return (
            f"{path} is a link to {os.readlink(path)}, which is not there: mend or "
            "remove the link"
        )
    if isinstance(error, PermissionError):
        return f"{path} must not be read by you: change its permissions (chmod u+r)"
    return f"there is no file {path}"


def _is_complete(kind: str, file: BinaryIO) -> bool:
    """Whether a file ends as its format has it; formats that do not say so do."""
    size = file.seek(0, io.SEEK_END)
    if kind in _SIZES:
        where, more = _SIZES[kind]
        file.seek(0)
        return int.from_bytes(file.read(_TAIL)[where], "little") + more <= size
    file.seek(max(0, size - _TAIL))
    return _ENDS.get(kind, b"") in file.read()


def _bytes(path: str | Path) -> int:
    return os.path.getsize(path)
