"""Writes pictures exactly as GTA5, SYNTHIA and Cityscapes lie on disk."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mmseg_uda.utils.atomic_files import write_atomic

from .labels import (
    CLASSES,
    IGNORE,
    LABEL_IDS,
    PALETTE,
    SYNTHIA_TO_TRAIN_ID,
    TO_CITYSCAPES,
    TO_GTA5,
    TO_SYNTHIA,
    TO_TRAIN_ID,
)
from .render import Drawing

#: Splits and their default number of pictures.
DEFAULT_COUNTS = {
    "gta5": {"train": 600},
    "synthia": {"train": 600},
    "cityscapes": {"train": 400, "val": 100},
}
#: (width, height) in pixels: the real aspect ratios, an eighth of the real width.
DEFAULT_SIZES = {"gta5": (240, 132), "synthia": (240, 142), "cityscapes": (256, 128)}
DOMAINS = tuple(DEFAULT_COUNTS)

_CITIES = {
    "train": ("altdorf", "birkenau", "eschheim", "lindental"),
    "val": ("rosenhagen", "wiesbruck"),
}


def file_names(domain: str, split: str, index: int) -> tuple[str, str]:
    """Return the image's and the label's path below the domain's folder."""
    if domain == "gta5":
        return f"images/{index + 1:05d}.png", f"labels/{index + 1:05d}.png"
    if domain == "synthia":
        return f"RGB/{index:07d}.png", f"GT/LABELS/{index:07d}.png"
    cities = _CITIES[split]
    city = cities[index % len(cities)]
    stem = f"{split}/{city}/{city}_{index // len(cities):06d}_000019"
    return f"leftImg8bit/{stem}_leftImg8bit.png", f"gtFine/{stem}_gtFine_labelIds.png"


def _encode(pixels: np.ndarray) -> bytes:
    """Encode an OpenCV array (BGR if it has channels) as PNG."""
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3])[1].tobytes()


def _palette_png(ids: np.ndarray) -> bytes:
    """Encode label ids as the index of a palette image (mode 'P')."""
    colours = np.zeros((256, 3), np.uint8)
    for name, colour in zip(CLASSES, PALETTE, strict=True):
        colours[LABEL_IDS[name]] = colour
    picture = Image.fromarray(ids)
    picture.putpalette(colours.ravel().tolist())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def encode_label(drawing: Drawing, domain: str) -> bytes:
    """Encode a label map in a domain's own format.

    GTA5 has the labelId as palette index, Cityscapes as 8-bit grey. SYNTHIA has 16 bits
    and three channels: its own class id in R, the instance in G.
    """
    if domain == "gta5":
        return _palette_png(TO_GTA5[drawing.ids])
    if domain == "cityscapes":
        return _encode(TO_CITYSCAPES[drawing.ids])
    pixels = np.zeros((*drawing.ids.shape, 3), np.uint16)  # OpenCV's order: B, G, R
    pixels[..., 1] = drawing.instances
    pixels[..., 2] = TO_SYNTHIA[drawing.ids]
    return _encode(pixels)


def write_picture(
    drawing: Drawing, root: Path, domain: str, names: tuple[str, str], temporary: Path
) -> None:
    """Write an image and its label below ``root``, the label first."""
    label, image = encode_label(drawing, domain), _encode(drawing.image[..., ::-1])
    write_atomic(root / names[1], label, temporary)
    write_atomic(root / names[0], image, temporary)


def read_train_ids(path: Path, domain: str) -> np.ndarray:
    """Read a label file back as trainIds, (H, W) uint8, 255 = ignore."""
    if domain == "synthia":
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        return SYNTHIA_TO_TRAIN_ID[pixels[..., 2]]
    with Image.open(path) as picture:
        return TO_TRAIN_ID[np.asarray(picture)]


def count_classes(train_ids: np.ndarray) -> np.ndarray:
    """Count the pixels of each of the 19 classes, (19,) int64."""
    return np.bincount(train_ids[train_ids != IGNORE], minlength=len(CLASSES))
