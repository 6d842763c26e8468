"""Image files of kinds that no library writes as one wants them."""

import struct
import zlib

import numpy as np


def _chunk(name, data):
    check = zlib.crc32(name + data) & 0xFFFFFFFF
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def png(pixels, bits=8, kind=0, before=(), behind=()):
    """A PNG of any depth; ``kind`` as in its header, chunks around the pixels."""
    height, width = pixels.shape[:2]
    rows = b""
    for row in pixels.reshape(height, -1):
        if bits == 16:
            rows += b"\0" + row.astype(">u2").tobytes()
        elif bits == 8:
            rows += b"\0" + row.astype(np.uint8).tobytes()
        else:
            narrow = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :]
            rows += b"\0" + np.packbits(narrow.ravel()).tobytes()
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            *(_chunk(*chunk) for chunk in before),
            _chunk(b"IDAT", zlib.compress(rows)),
            *(_chunk(*chunk) for chunk in behind),
            _chunk(b"IEND", b""),
        ]
    )


def exif(orientation):
    """An EXIF block that holds an orientation alone."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 274, 3, 1, orientation, 0, 0)
