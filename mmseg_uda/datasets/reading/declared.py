"""What an image file declares about its pixels."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from . import jpeg2000, losses, netpbm, tiff
from .orientation import PNG_SIGNATURE, exif_orientation, png_exif, swaps_sides

#: Bits, number and bands of Pillow's modes; a PNG says more precisely itself.
_MODES = {
    "1": (1, "unsigned", 1),
    "L": (8, "unsigned", 1),
    "P": (8, "unsigned", 1),
    "LA": (8, "unsigned", 2),
    "PA": (8, "unsigned", 2),
    "La": (8, "unsigned", 2),
    "RGB": (8, "unsigned", 3),
    "YCbCr": (8, "unsigned", 3),
    "LAB": (8, "unsigned", 3),
    "HSV": (8, "unsigned", 3),
    "RGBA": (8, "unsigned", 4),
    "RGBX": (8, "unsigned", 4),
    "RGBa": (8, "unsigned", 4),
    "CMYK": (8, "unsigned", 4),
    "I;16": (16, "unsigned", 1),
    "I;16B": (16, "unsigned", 1),
    "I;16L": (16, "unsigned", 1),
    "I": (32, "signed", 1),
    "F": (32, "float", 1),
}
_PNG_BANDS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")


@dataclass(frozen=True)
class Declared:
    """What a file says of its pixels, before any of them is decoded.

    Attributes:
        kind: Format, as Pillow names it: PNG, JPEG, TIFF, ...
        width: Width in pixels, as stored.
        height: Height in pixels, as stored.
        orientation: EXIF or TIFF orientation, 1 to 8; 5 to 8 swap the sides.
        bits: Bits of one number.
        number: ``'unsigned'``, ``'signed'`` or ``'float'``.
        bands: Numbers a pixel, alpha included.
        colour: ``'gray'``, ``'inverted gray'`` (0 is white), ``'palette'``, ``'RGB'``,
            ``'bands'`` (no colours are declared), or ``'other'``.
        alpha: Whether the last band is declared to be alpha.
        pages: Images of this size in the file.
        lossy: Name of the compression if it changes numbers, else ``""``.
    """

    kind: str
    width: int
    height: int
    orientation: int = 1
    bits: int = 8
    number: str = "unsigned"
    bands: int = 3
    colour: str = "RGB"
    alpha: bool = False
    pages: int = 1
    lossy: str = ""

    @property
    def stored_size(self) -> tuple[int, int]:
        """Width and height of the pixels as they are stored."""
        return self.width, self.height

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height as the orientation shows the image."""
        size = self.stored_size
        return size[::-1] if swaps_sides(self.orientation) else size

    def size(self, orientation: str) -> tuple[int, int]:
        """Width and height as one of :data:`.orientation.ORIENTATIONS`."""
        return self.shown_size if orientation == "shown" else self.stored_size


def declare_file(path: str | Path) -> Declared:
    """Return what a file declares; see :func:`declare`."""
    with open(path, "rb") as file:
        return declare(file)


def declare(file: BinaryIO) -> Declared:
    """Return what an open file, or bytes in memory, declare.

    Raises:
        PIL.UnidentifiedImageError: If it is no image.
        OSError, SyntaxError, ValueError: If its head is damaged.
    """
    file.seek(0)
    head = file.read(32)
    file.seek(0)
    if tiff.is_tiff(head):
        return Declared(kind="TIFF", **tiff.declared(file))
    if jpeg2000.is_jpeg2000(head):
        return Declared(kind="JPEG2000", **jpeg2000.declared(file))
    if netpbm.is_netpbm(head):
        return Declared(kind="PPM", **netpbm.declared(file))
    with Image.open(file) as image:
        if head.startswith(PNG_SIGNATURE):
            bits, kind = head[24], head[25]
            return Declared(
                kind="PNG",
                width=image.width,
                height=image.height,
                orientation=exif_orientation(png_exif(file)),
                bits=bits,
                bands=_PNG_BANDS.get(kind, len(image.getbands())),
                colour={0: "gray", 3: "palette", 4: "gray"}.get(kind, "RGB"),
                alpha=kind in (4, 6),
            )
        return _from_pillow(image, file)


def _from_pillow(image: Image.Image, file: BinaryIO) -> Declared:
    bits, number, bands = _MODES.get(image.mode, (8, "unsigned", 3))
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    # a phone's JPEG may carry previews as further frames; an animation is no label
    frames = getattr(image, "n_frames", 1) if kind == "GIF" else 1
    return Declared(
        kind=kind,
        width=image.width,
        height=image.height,
        orientation=exif_orientation(image.info.get("exif")),
        bits=bits,
        number=number,
        bands=bands,
        colour=_colour(image.mode),
        alpha=image.mode in _ALPHA,
        pages=frames,
        lossy=_lossy(kind, file),
    )


def _lossy(kind: str, file: BinaryIO) -> str:
    if kind == "WEBP":
        file.seek(0)
        return "WebP" if losses.alters(file.read()) else ""
    return kind if kind in ("JPEG", "AVIF") else ""


def _colour(mode: str) -> str:
    if mode in ("1", "L", "LA", "La", "I", "F") or mode.startswith("I;"):
        return "gray"
    if mode in ("P", "PA"):
        return "palette"
    return "RGB" if mode.startswith("RGB") else "other"
