"""JPEG 2000 files: what they declare, and the numbers they store.

Pillow takes 16-bit colours for 8-bit ones, and knows no five bands; OpenCV changes the
colours of some.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

_BOX = b"\0\0\0\x0cjP  "
_CODE = b"\xff\x4f\xff\x51"
_END = b"\xff\xd9"
_COD, _SOT = 0xFF52, 0xFF90
_COLOURS = {16: "RGB", 17: "gray"}
_HEAD = 1 << 16  # bytes; what stands before the first tile is far shorter


def is_jpeg2000(head: bytes) -> bool:
    """Whether the first bytes are those of a JP2 file or a bare codestream."""
    return head.startswith((_BOX, _CODE))


def declared(file: BinaryIO) -> dict[str, Any]:
    """Return the fields of :class:`.declared.Declared` for a JPEG 2000.

    Raises:
        OSError: If it is damaged or cut off.
    """
    try:
        return _declared(file)
    except (IndexError, ValueError) as error:
        raise OSError(f"its head is damaged ({error})") from error


def read_bytes(data: bytes) -> np.ndarray:
    """Return the numbers of a file in memory, (H, W, bands), as they are stored.

    Raises:
        OSError: If it is damaged or cut off.
    """
    import imagecodecs  # slow to import

    try:
        pixels = imagecodecs.jpeg2k_decode(data)
    except Exception as error:  # the codec fails in ways of its own
        raise OSError(f"it cannot be decoded ({error})") from error
    return pixels.reshape(*pixels.shape[:2], -1)


def alters(code: bytes) -> bool:
    """Whether the numbers of a codestream come back changed: its wavelets are real."""
    at = 2
    while at + 14 <= len(code):
        marker = int.from_bytes(code[at : at + 2], "big")
        if marker == _COD:
            return code[at + 13] == 0
        if marker == _SOT or marker < 0xFF00:
            break
        at += 2 + int.from_bytes(code[at + 2 : at + 4], "big")
    return False


def _declared(file: BinaryIO) -> dict[str, Any]:
    colour, alpha, code = None, False, b""
    file.seek(0, 2)
    end = file.tell()
    for name, start, stop in _boxes(file, 0, end):
        file.seek(start)
        if name == b"jp2h":
            colour, alpha = _header(file, start, stop)
        elif name == b"jp2c":
            code = file.read(_HEAD)
            file.seek(max(start, stop - 2))
            if file.read(2) != _END:
                raise OSError("its end is missing")
            break
    if not code.startswith(_CODE):
        raise OSError("it holds no image")
    width, height, left, top = (
        int.from_bytes(code[at : at + 4], "big") for at in (8, 12, 16, 20)
    )
    bands = int.from_bytes(code[40:42], "big")
    depths = {code[42 + 3 * band] for band in range(bands)}
    steps = {code[43 + 3 * band : 45 + 3 * band] for band in range(bands)}
    if colour is None:
        colour = {1: "gray", 3: "RGB"}.get(bands - alpha, "bands")
    if bands - alpha != {"RGB": 3, "gray": 1}.get(colour, bands - alpha):
        colour = "bands"
    return {
        "width": width - left,
        "height": height - top,
        "bits": (max(depths) & 127) + 1,
        "number": "signed" if max(depths) > 127 else "unsigned",
        "bands": bands,
        "colour": colour if steps == {b"\1\1"} and len(depths) == 1 else "other",
        "alpha": alpha,
        "lossy": "JPEG 2000" if alters(code) else "",
    }


def _header(file: BinaryIO, start: int, stop: int) -> tuple[str | None, bool]:
    """Return the colours, None if the file says nothing of them, and if alpha is."""
    colour, alpha = None, False
    for name, begin, behind in _boxes(file, start, stop):
        file.seek(begin)
        content = file.read(behind - begin)
        if name == b"pclr":
            return "other", False  # a palette
        if name == b"colr" and content[0] == 1:
            colour = _COLOURS.get(int.from_bytes(content[3:7], "big"), "other")
        if name == b"cdef":  # band, type (1 and 2 are alpha), which colour
            alpha = any(content[at + 1] in (1, 2) for at in range(4, len(content), 6))
    return colour, alpha


def _boxes(file: BinaryIO, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the content of each box; a codestream is one."""
    file.seek(at)
    if file.read(4) == _CODE:
        yield b"jp2c", at, stop
        return
    while at + 8 <= stop:
        file.seek(at)
        head = file.read(16)
        size, start = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), at + 16
        size = size or stop - at
        if size < 8:
            raise ValueError("a box without content")
        yield head[4:8], start, min(at + size, stop)
        at += size
