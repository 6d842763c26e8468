"""Cheap checks of image files, without decoding them."""

import io
import os
from pathlib import Path

from PIL import Image, UnidentifiedImageError

#: What an intact file of a format holds among its last bytes.
_ENDS = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
_TAIL = 64
_EXIF_ORIENTATION = 274


def image_size(path: str | Path) -> tuple[int, int]:
    """Return width and height of an image from its header, and check its end.

    A PNG or JPEG that does not end in the mark of its end is decoded to be sure.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no image or is truncated.
    """
    try:
        with Image.open(path) as image:
            size = image.size
            if image.format == "JPEG":
                # OpenCV turns photos as their EXIF says; 5 to 8 swap the sides.
                turned = image.getexif().get(_EXIF_ORIENTATION, 1) >= 5
                size = size[::-1] if turned else size
            end = _ENDS.get(image.format, b"")
            if end not in _tail(path):
                if end not in Path(path).read_bytes():
                    raise OSError("its end is missing")
                image.load()  # the end is followed by other data, or is a preview's
    except FileNotFoundError:
        raise
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is not an image ({_bytes(path)} bytes)") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f"{path} is truncated or damaged ({_bytes(path)} bytes): {error}"
        ) from error
    return size


def check_checksums(data: bytes) -> None:
    """Compare the content of a PNG with its checksums; other formats have none.

    For libraries that decode in C: they print what they find to the terminal.

    Raises:
        OSError: If the content has changed.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.verify()
    except SyntaxError as error:
        raise OSError(str(error)) from error


def _tail(path: str | Path) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, _bytes(path) - _TAIL))
        return file.read()


def _bytes(path: str | Path) -> int:
    return os.path.getsize(path)
