"""What processes do for region labels: draw patches, label images."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmseg_uda.registry import REGIONS
from mmseg_uda.utils.atomic_files import write_atomic, write_npz

from ..fitted import FittedRegions
from ..region_rule import RegionRule
from .label_files import LabelFiles
from .layout import PARTS, grid_file
from .thumbnails import thumbnails

_IMAGES_A_PART = 50


@dataclass(frozen=True)
class RegionWork:
    """The work on the region labels of a data set, and where its results lie.

    Every result depends on these values and on one job alone, so that it is the same
    whoever does the job, and when.

    Args:
        files: The label maps.
        rules: Configs of a :class:`RegionRule` by the name of their size.
        classes: Names of the K classes.
        folder: Output folder.
        seed: Seed of the choice of images and patches.
    """

    files: LabelFiles
    rules: Mapping[str, Mapping[str, Any]]
    classes: Sequence[str]
    folder: Path
    seed: int

    @cached_property
    def built(self) -> dict[str, RegionRule]:
        """The rules by size."""
        return {size: REGIONS.build(dict(rule)) for size, rule in self.rules.items()}

    @cached_property
    def drawn_from(self) -> list[int]:
        """The images that patches are drawn from to fit on, in random order."""
        order = np.random.default_rng(self.seed).permutation(len(self.files))
        return order[: max(rule.max_images for rule in self.built.values())].tolist()

    @property
    def parts(self) -> list[Path]:
        """The files that hold the drawn patches."""
        starts = range(0, len(self.drawn_from), _IMAGES_A_PART)
        return [self.folder / PARTS / f"{start:06d}.npz" for start in starts]

    def grids_of(self, image: int) -> dict[str, Path]:
        """Return the files of an image's grids by size."""
        name = self.files.names[image]
        return {size: grid_file(self.folder, size, name) for size in self.rules}

    def draw_part(self, number: int) -> None:
        """Write a part: some patches, thumbnails and counts of up to 50 images."""
        start = number * _IMAGES_A_PART
        drawn = {size: [] for size in self.rules}
        for turn, image in enumerate(self.drawn_from[start : start + _IMAGES_A_PART]):
            labels = self.files.read(image)
            for size, rule in self.built.items():
                if start + turn < rule.max_images:
                    drawn[size].append(self._draw(rule, labels, image))
        content = {}
        for size, entries in drawn.items():
            for key in entries[0] if entries else ():
                values = [entry[key] for entry in entries]
                joined = np.concatenate if np.ndim(values[0]) else np.sum
                content[f"{size}.{key}"] = joined(values)
        write_npz(self.parts[number], **content)

    def label_image(self, image: int) -> None:
        """Write the grids of an image that are not there yet."""
        labels = self.files.read(image)
        for size, path in self.grids_of(image).items():
            if not path.is_file():
                kinds = self._fitted[size].label(labels)
                write_atomic(path, _png(kinds))

    @cached_property
    def _fitted(self) -> dict[str, FittedRegions]:
        return {size: FittedRegions(self.folder / size) for size in self.rules}

    def _draw(
        self, rule: RegionRule, labels: np.ndarray, image: int
    ) -> dict[str, np.ndarray]:
        num_classes = len(self.classes)
        counts = rule.labelled(labels, num_classes)
        enough = RegionRule.labelled(rule, labels, num_classes)
        images = min(rule.max_images, len(self.files))
        chosen = np.random.default_rng((self.seed, image)).permutation(counts.sum())
        chosen = chosen[: math.ceil(rule.max_patches / images)]
        at = tuple(axis[chosen] for axis in np.nonzero(counts))
        return {
            "descriptors": rule.describe(labels, num_classes)[at],
            "thumbnails": thumbnails(labels, counts.shape, at),
            "images": np.int64(1),
            "patches": np.int64(counts.size),
            "patches_ignored": np.int64((~counts).sum()),
            "patches_unlabelled": np.int64((~enough).sum()),
        }


def _png(kinds: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(kinds).save(buffer, "PNG")
    return buffer.getvalue()
