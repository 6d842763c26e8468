"""Images of any kind as the networks take them: 8-bit, three channels."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import UnidentifiedImageError

from . import jpeg2000, netpbm, tiff
from .declared import Declared, declare
from .missing_option import MissingOptionError
from .no_image import no_image
from .orientation import ORIENTATIONS, turn

#: Options of a data set that say how its images are read.
READER_OPTIONS = ("value_range", "bands", "orientation")
_BY_NUMBERS = ("TIFF", "JPEG2000", "PPM")  # in which decoders change numbers
_STORED = cv2.IMREAD_UNCHANGED
_COLOUR = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
_RANGES = {"float": "(0.0, 1.0)", 16: "(0, 65535) or, for 12-bit cameras, (0, 4095)"}


@dataclass(frozen=True)
class ImageReader:
    """How the images of a data set are read: by checks, training and tools alike.

    Without options a file of 8-bit gray, palette or RGB pixels comes as every viewer
    shows it; a band that is declared to be alpha is left out, the colours stay as they
    are stored. What has other numbers or bands is refused, with the option that says
    what they mean.

    Args:
        value_range: Values that become 0 and 255, such as ``(0, 4095)`` for a camera of
            12 bits; what lies outside is clipped to them, and what is no number (NaN)
            becomes 0. None takes 8-bit values as they are.
        bands: Numbers of the bands that become red, green and blue, counted from 1 as
            GDAL does; one band becomes all three. None takes the colours that the file
            declares.
        orientation: ``'shown'`` turns images and labels as the orientation tags of
            their own files say, as viewers do; ``'stored'`` reads no tags.

    Raises:
        ValueError: If an option cannot be.
    """

    value_range: tuple[float, float] | None = None
    bands: tuple[int, ...] | None = None
    orientation: str = "shown"

    def __post_init__(self) -> None:
        if self.orientation not in ORIENTATIONS:
            raise ValueError(
                "orientation must be 'shown' (turn images and labels as their tags "
                f"say) or 'stored', got {self.orientation!r}"
            )
        if self.value_range is not None:
            object.__setattr__(self, "value_range", _checked_range(self.value_range))
        if self.bands is not None:
            object.__setattr__(self, "bands", _checked_bands(self.bands))

    @property
    def is_plain(self) -> bool:
        """Whether no option is set."""
        return self == ImageReader()

    def check(self, declared: Declared, path: str | Path) -> None:
        """Check that images of this kind can be read, from what they declare.

        Raises:
            ValueError: If they cannot; it says why.
            MissingOptionError: If they could by an option, which it names.
        """
        if declared.pages > 1:
            raise ValueError(
                f"the image {path} holds {declared.pages} pages of one size, of which "
                "only the first would be seen: write one image a file"
            )
        if declared.number not in ("unsigned", "signed", "float"):
            raise ValueError(
                f"the image {path} stores {declared.number} numbers: write what is to "
                "be seen of them, their size for instance, as real ones"
            )
        wide = declared.bits > 8 or declared.number != "unsigned"
        if wide and self.value_range is None:
            ranges = _RANGES.get(declared.number, _RANGES.get(declared.bits))
            raise MissingOptionError(
                f"the image {path} stores {_numbers(declared)}, networks take 0 to "
                "255: say which values become 0 and 255, value_range=(LOWEST, HIGHEST) "
                f"of its data set, such as {ranges or _RANGES[16]}"
                + f"; and which of its {declared.bands} bands are red, green and blue, "
                "such as bands=(1, 2, 3)"
                * (declared.colour == "bands" and self.bands is None)
            )
        self._check_bands(declared, path)

    def read(self, path: str | Path) -> np.ndarray:
        """Return an image (H, W, 3), uint8, BGR.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is no image, damaged, or refused by :meth:`check`.
        """
        return self.decode(Path(path).read_bytes(), path)

    def decode(self, data: bytes, path: str | Path) -> np.ndarray:
        """Do what :meth:`read` does with the bytes of a file; ``path`` is its name."""
        file = io.BytesIO(data)
        try:
            declared = declare(file)
        except UnidentifiedImageError as error:
            raise ValueError(no_image(path, data)) from error
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f"{_undecodable(path)} ({error})") from error
        self.check(declared, path)
        try:
            pixels = self._pixels(data, declared)
        except OSError as error:
            raise ValueError(f"{_undecodable(path)} ({error})") from error
        if self.orientation == "shown":
            pixels = turn(pixels, declared.orientation)
        return np.ascontiguousarray(pixels)

    def _pixels(self, data: bytes, declared: Declared) -> np.ndarray:
        """Return the pixels (H, W, 3), uint8, BGR, as they are stored."""
        if declared.kind in _BY_NUMBERS and declared.colour != "other":
            return self._from_numbers(data, declared)[..., ::-1]
        plain = self.bands is None and self.value_range is None
        pixels = cv2.imdecode(
            np.frombuffer(data, np.uint8), _COLOUR if plain else _STORED
        )
        if pixels is None:
            raise OSError("the decoder gives nothing")
        if plain:
            return pixels
        pixels = pixels.reshape(*pixels.shape[:2], -1)
        if pixels.shape[2] >= 3:
            pixels = pixels[..., [2, 1, 0, *range(3, pixels.shape[2])]]
        return self._scaled(self._chosen(pixels))[..., ::-1]

    def _from_numbers(self, data: bytes, declared: Declared) -> np.ndarray:
        """Return the pixels of a format that is read as numbers, RGB."""
        palette = None
        if declared.kind == "TIFF":
            pixels, _, palette = tiff.read_bytes(data)
        elif declared.kind == "JPEG2000":
            pixels = jpeg2000.read_bytes(data)
        else:
            plain = self.value_range is None
            pixels = netpbm.shown(data) if plain else netpbm.read_bytes(data)
        if declared.colour == "palette" and palette is not None:
            pixels = palette[pixels[..., 0]]
        elif declared.bits < 8 and declared.kind == "TIFF":
            # narrow grays span black to white
            pixels = (pixels * (255 // (2**declared.bits - 1))).astype(np.uint8)
        pixels = self._scaled(self._chosen(pixels))
        return 255 - pixels if declared.colour == "inverted gray" else pixels

    def _chosen(self, pixels: np.ndarray) -> np.ndarray:
        """Return three of the bands (H, W, B)."""
        bands = self.bands or ((1, 2, 3) if pixels.shape[2] >= 3 else (1,))
        return pixels[..., [band - 1 for band in (*bands, *bands, *bands)[:3]]]

    def _scaled(self, pixels: np.ndarray) -> np.ndarray:
        """Return values of ``value_range`` as 0 to 255, uint8."""
        if self.value_range is None:
            return pixels
        low, high = self.value_range
        values = np.nan_to_num(pixels.astype(np.float64), nan=low).clip(low, high)
        return np.rint((values - low) / (high - low) * 255).astype(np.uint8)

    def _check_bands(self, declared: Declared, path: str | Path) -> None:
        coloured = 3 if declared.colour == "palette" else declared.bands
        if self.bands is not None:
            if max(self.bands) > coloured:
                raise ValueError(
                    f"the image {path} has {coloured} band(s), bands={self.bands} "
                    f"wants number {max(self.bands)} (they are counted from 1)"
                )
        elif declared.colour == "bands":
            raise MissingOptionError(
                f"the image {path} has {declared.bands} bands, and does not say which "
                "are its colours: name those that become red, green and blue, such as "
                "bands=(1, 2, 3) of its data set, or one, bands=(1,)"
            )
        if declared.kind in _BY_NUMBERS and declared.colour == "other":
            self._check_other(declared, path)

    def _check_other(self, declared: Declared, path: str | Path) -> None:
        """Check an image of rare colours, such as CMYK, which OpenCV converts."""
        if declared.orientation != 1 or not self.is_plain:
            raise ValueError(
                f"the image {path} declares colours that are neither gray, palette nor "
                "RGB, and is turned, or is to be read with value_range, bands or "
                "orientation: write it as RGB"
            )


def _checked_range(given: Sequence[float]) -> tuple[float, float]:
    values = tuple(given) if isinstance(given, list | tuple) else (given,)
    numbers = all(
        isinstance(v, int | float) and not isinstance(v, bool) and np.isfinite(v)
        for v in values
    )
    if len(values) != 2 or not numbers or not values[0] < values[1]:
        raise ValueError(
            "value_range must be two numbers, the values that become 0 and 255, such "
            f"as (0, 65535), got {given!r}"
        )
    return values


def _checked_bands(given: Sequence[int]) -> tuple[int, ...]:
    values = tuple(given) if isinstance(given, list | tuple) else (given,)
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    if len(values) not in (1, 3) or not whole or min(values) < 1:
        raise ValueError(
            "bands must be the numbers of three bands (red, green, blue) or of one, "
            f"counted from 1, such as (3, 2, 1), got {given!r}"
        )
    return values


def _numbers(declared: Declared) -> str:
    what = {"unsigned": "", "signed": "signed ", "float": "float "}[declared.number]
    return f"{declared.bits}-bit {what}values"


def _undecodable(path: str | Path) -> str:
    return f"cannot decode the image {path}: fetch it again"


def orientation_of(sample: Mapping[str, Any]) -> str:
    """Return how the files of a data set's sample are turned."""
    reader = sample.get("image_reader")
    return "shown" if reader is None else reader.orientation
