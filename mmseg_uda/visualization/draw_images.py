"""Pictures of any number of images, drawn once each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from mmengine.dataset import Compose, pseudo_collate
from rich.progress import track
from torch import nn

from mmseg_uda.datasets.image_files import load_image
from mmseg_uda.utils.atomic_files import remove_leftovers

from .drawing import Drawing
from .ground_truth import Truth
from .images import read_image
from .panels import panel_sheet, panels
from .picture_files import is_drawn, write_picture
from .sample_maps import sample_maps

SHEET = "sheet"
PANELS = ("image", "truth", "semantic", "confidence", "variance", "lipschitz")
_LEAST_WIDTH = 384  # of a panel on the sheet: captions must fit


def draw_images(
    model: nn.Module,
    images: Mapping[str, Path],
    pipeline: Compose,
    out: str | Path,
    drawing: Drawing,
    truth: Truth | None = None,
) -> tuple[int, int]:
    """Draw images one by one: ``<out>/sheet/<name>.png``, and a folder a panel.

    A picture that is there already, drawn from the same with the same settings, is
    left alone, so an interrupted run goes on. Files are whole or absent.

    Args:
        model: Model with its weights, on its device.
        images: Image files by name, as :func:`find_images` gives them.
        pipeline: Transforms of a test, without labels.
        out: Folder of the pictures.
        drawing: How to draw.
        truth: Where labels come from.

    Returns:
        How many images were drawn, and how many had been drawn before.

    Raises:
        FileExistsError: If a file is in the way, see :func:`is_drawn`.
        ValueError: If images cannot be loaded; all others are drawn before.
    """
    out = Path(out)
    for kind in (SHEET, *PANELS):
        remove_leftovers(out / kind, below=True)
    drawn, failures = 0, []
    for name, image in track(images.items(), description="drawing"):
        try:
            drawn += _draw_one(model, name, image, pipeline, out, drawing, truth)
        except ValueError as error:
            failures.append(f"{error}")
    if failures:
        listed = "\n  ".join(failures[:10])
        more = f"\n  ... and {len(failures) - 10} more" if len(failures) > 10 else ""
        raise ValueError(
            f"{len(failures)} of {len(images)} images could not be drawn:\n  "
            f"{listed}{more}"
        )
    return drawn, len(images) - drawn


def _draw_one(
    model: nn.Module,
    name: str,
    image: Path,
    pipeline: Compose,
    out: Path,
    drawing: Drawing,
    truth: Truth | None,
) -> bool:
    """Draw an image unless that has been done; return whether it was drawn now."""
    label_file = None if truth is None else truth.file(name, image)
    wanted = [kind for kind in PANELS if kind != "truth" or label_file is not None]
    # the sheet is written last: where it is, all is
    kinds = [*(wanted if drawing.single else ()), SHEET]
    files = {kind: out / kind / f"{name}.png" for kind in kinds}
    origin = drawing.origin_of(image, label_file)
    if all([is_drawn(f, origin, drawing.overwrite) for f in files.values()]):
        return False
    picture = read_image(image, drawing.reader)
    data = pseudo_collate([load_image(str(image), pipeline, drawing.reader)])
    maps = sample_maps(model, data, drawing.draws, drawing.seed, drawing.noise)
    labels = None if label_file is None else truth.labels(name, image)
    _check_sizes(picture, maps.labels, labels, image, label_file)
    tiles = panels(picture, maps, drawing.palette, labels)
    for kind in kinds[:-1]:
        write_picture(files[kind], tiles[kind].image, origin)
    tile_width = picture.shape[1] * -(-_LEAST_WIDTH // picture.shape[1])
    sheet = panel_sheet(tiles, maps, drawing.classes, drawing.palette, tile_width)
    write_picture(files[SHEET], sheet, origin)
    return True


def _check_sizes(
    picture: np.ndarray,
    predicted: np.ndarray,
    labels: np.ndarray | None,
    image: Path,
    label_file: Path | None,
) -> None:
    if predicted.shape != picture.shape[:2]:
        raise ValueError(
            f"{image} has {picture.shape[:2]} pixels (H, W), its prediction "
            f"{predicted.shape}: the test pipeline turns or cuts images"
        )
    if labels is not None and labels.shape != predicted.shape:
        raise ValueError(
            f"the label {label_file} has {labels.shape} pixels (H, W), its image "
            f"{image} has {predicted.shape}"
        )
