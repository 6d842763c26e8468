"""Whether a compression alters numbers, where its name alone does not tell."""

import struct

from . import jpeg2000

_HALF = 0.5  # the error that whole numbers survive
#: Where a LERC 2 says which error was allowed, by version.
_LERC_ERROR = {2: 34, 3: 38, 4: 42, 5: 42, 6: 50}


def alters(code: bytes) -> bool:
    """Whether the numbers of a WebP, JPEG 2000 or LERC come back changed.

    Args:
        code: The file, or the part of a TIFF that is compressed so. What is no such
            thing is taken for faithful.
    """
    if code.startswith(b"\xff\x4f"):
        return jpeg2000.alters(code)
    if code.startswith(b"Lerc2 "):
        return _lerc_alters(code)
    return code[:4] == b"RIFF" and code[8:12] == b"WEBP" and _webp_alters(code)


def _webp_alters(code: bytes) -> bool:
    at = 12
    while at + 8 <= len(code):
        name, size = code[at : at + 4], int.from_bytes(code[at + 4 : at + 8], "little")
        if name in (b"VP8 ", b"VP8L"):
            return name == b"VP8 "
        # an animation's frames lie in a chunk of theirs, behind 16 bytes
        at += 24 if name == b"ANMF" else 8 + size + size % 2
    return False


def _lerc_alters(code: bytes) -> bool:
    (version,) = struct.unpack_from("<i", code, 6)
    at = _LERC_ERROR.get(version, len(code))
    return at + 8 <= len(code) and struct.unpack_from("<d", code, at)[0] > _HALF
