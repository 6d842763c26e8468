"""Netpbm files (PBM, PGM, PPM): the numbers they store.

Decoders stretch them to their highest value, or do not: Pillow always, OpenCV those
that are written as text.
"""

import re
from typing import Any, BinaryIO

import numpy as np

_HEAD = re.compile(rb"P([1-6])" + rb"(?:\s|#[^\n]*\n)+(\d+)" * 2)
_HIGHEST = re.compile(rb"(?:\s|#[^\n]*\n)+(\d+)")
_LONGEST = 1 << 12  # bytes of a head, comments included
_COMMENT = re.compile(rb"#[^\n]*")


def is_netpbm(head: bytes) -> bool:
    """Whether the first bytes are those of a PBM, PGM or PPM."""
    return head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in b" \t\r\n#"


def declared(file: BinaryIO) -> dict[str, Any]:
    """Return the fields of :class:`.declared.Declared` for such a file.

    Raises:
        OSError: If its head is damaged, or it is cut off.
    """
    file.seek(0)
    kind, (height, width, bands), top, at = _head(file.read(_LONGEST))
    row = width * bands * (1 if top < 256 else 2) if kind > 4 else -(-width // 8)
    if kind >= 4 and file.seek(0, 2) < at + 1 + height * row:
        raise OSError("its end is missing")
    gray = "inverted gray" if kind in (1, 4) else "gray"
    return {
        "width": width,
        "height": height,
        "bits": 1 if kind in (1, 4) else 8 if top < 256 else 16,
        "bands": bands,
        "colour": "RGB" if bands == 3 else gray,
    }


def shown(data: bytes) -> np.ndarray:
    """Return what :func:`read_bytes` does, with the highest number as 255, uint8."""
    numbers, top = read_bytes(data), _head(data)[2]
    return np.rint(numbers / top * 255).astype(np.uint8)


def read_bytes(data: bytes) -> np.ndarray:
    """Return the numbers of a file in memory, (H, W, bands).

    Raises:
        OSError: If it is damaged or cut off.
    """
    kind, shape, top, at = _head(data)
    if kind == 4:
        return _of_bits(data[at + 1 :], shape)
    number = np.uint8 if top < 256 else np.uint16
    if kind <= 3:
        numbers = _of_text(_COMMENT.sub(b"", data[at:]), kind == 1)
    else:
        count = min(int(np.prod(shape)), (len(data) - at - 1) // number().itemsize)
        stored = np.uint8 if top < 256 else ">u2"
        numbers = np.frombuffer(data, stored, max(0, count), at + 1)
    if numbers.size < np.prod(shape):
        raise OSError("its end is missing")
    return numbers[: np.prod(shape)].astype(number).reshape(shape)


def _head(data: bytes) -> tuple[int, tuple[int, int, int], int, int]:
    """Return the kind, (H, W, bands), the highest number, and where the head ends."""
    head = _HEAD.match(data)
    if head is None:
        raise OSError("its head is damaged")
    kind, width, height = map(int, head.groups())
    shape = (height, width, 3 if kind in (3, 6) else 1)
    if kind in (1, 4):
        return kind, shape, 1, head.end()
    top = _HIGHEST.match(data, head.end())
    if top is None or not 1 <= int(top.group(1)) <= 65535:
        raise OSError("its head is damaged")
    return kind, shape, int(top.group(1)), top.end()


def _of_bits(data: bytes, shape: tuple[int, int, int]) -> np.ndarray:
    row = -(-shape[1] // 8)  # bytes
    if len(data) < shape[0] * row:
        raise OSError("its end is missing")
    packed = np.frombuffer(data, np.uint8, shape[0] * row).reshape(shape[0], row)
    return np.unpackbits(packed, axis=1)[:, : shape[1], None]


def _of_text(text: bytes, digits: bool) -> np.ndarray:
    """Read numbers, or digits that may stand without a space between them."""
    try:
        words = b"".join(text.split()).decode() if digits else text.split()
        return np.array([int(word) for word in words])
    except ValueError as error:
        raise OSError("it holds something else than numbers") from error
