"""Images to draw: finding them, reading them, and what their pictures are called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from mmseg_uda.datasets.folders import IMAGE_SUFFIXES
from mmseg_uda.datasets.names.strangers import check_photographs
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.datasets.reading import ImageReader


def read_image(path: str | Path, reader: ImageReader | None = None) -> np.ndarray:
    """Read an image, (H, W, 3) uint8, RGB, as the network sees it.

    Raises:
        ValueError: If it is missing, damaged, no image, or refused by the reader.
    """
    try:
        image = (reader or ImageReader()).read(path)
    except OSError as error:
        raise ValueError(f"cannot load image {path}: {error}") from error
    return np.ascontiguousarray(image[..., ::-1])


def find_images(given: Sequence[str | Path]) -> dict[str, Path]:
    """List the images of files and folders, each under a name of its own.

    An image is called by its path below the folder that was given, or by its file
    name, without suffix. If two names collide, all images are called by their paths
    below the folder that they have in common; if ``a.png`` and ``a.jpg`` still do,
    suffixes stay.

    Args:
        given: Image files, and folders that are searched at any depth.

    Returns:
        Absolute path by name (with forward slashes, never absolute, without ``..``), in
        the order given, folders sorted. An image that is given twice is listed once.

    Raises:
        FileNotFoundError: If something does not exist or a folder holds no image.
        ValueError: If a file has no image's suffix, or a folder holds label maps, too.
    """
    names: dict[Path, str] = {}
    for entry in given:
        path = Path(os.path.abspath(Path(entry).expanduser()))
        for image in _images_at(path, entry):
            relative = image.relative_to(path) if image != path else Path(path.name)
            names.setdefault(image, str(PurePosixPath(relative).with_suffix("")))
    if len({*names.values()}) < len(names):
        common = os.path.commonpath([image.parent for image in names])
        full = {image: PurePosixPath(image.relative_to(common)) for image in names}
        names = {image: str(path.with_suffix("")) for image, path in full.items()}
        if len({*names.values()}) < len(names):
            names = {image: str(path) for image, path in full.items()}
    return {name: image for image, name in names.items()}


def _images_at(path: Path, given: str | Path) -> list[Path]:
    kinds = ", ".join(IMAGE_SUFFIXES)
    if path.is_dir():
        images = sorted(
            path / folder / name
            for folder, name in files_below(path)
            if name.lower().endswith(IMAGE_SUFFIXES)
            and (path / folder / name).is_file()
        )
        if not images:
            raise FileNotFoundError(
                f"the folder {given} holds no image: expected files that end in "
                f"{kinds}, at any depth"
            )
        way = "Name images, not the folder: those that end in {}"
        check_photographs(images, path, lambda found: found.advice(way))
        return images
    if not path.is_file():
        raise FileNotFoundError(
            f"the image or folder {given} does not exist (looked in {Path.cwd()})"
        )
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise ValueError(f"{given} is no image: its name must end in {kinds}")
    return [path]
