"""How pictures are drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.weights.checkpoints import file_hash


@dataclass(frozen=True)
class Drawing:
    """How pictures are drawn.

    Args:
        classes: Class names by id.
        palette: RGB triples by class id.
        draws: Noise draws for the variance weight.
        seed: Seed of the noise, the same for every image.
        noise: Arguments of ``FeatureNoise`` that replace the model's.
        single: Write every panel as a file of its own, too.
        overwrite: Replace pictures that are there.
        reader: How images are read.
        origin: What else decides the pictures (checkpoint, config), as JSON types.
    """

    classes: Sequence[str]
    palette: Sequence
    draws: int = 20
    seed: int = 0
    noise: Mapping[str, Any] | None = None
    single: bool = False
    overwrite: bool = False
    reader: ImageReader = field(default_factory=ImageReader)
    origin: Mapping[str, Any] | None = None

    def origin_of(self, image: Path, label_file: Path | None) -> str:
        """All that decides the pictures of an image, as text."""
        facts = {
            "image_sha256": file_hash(image),
            "label_sha256": None if label_file is None else file_hash(label_file),
            "classes": list(self.classes),
            "palette": [list(map(int, color)) for color in self.palette],
            "draws": self.draws,
            "seed": self.seed,
            "noise": dict(self.noise or {}),
            **({} if self.reader.is_plain else {"reader": repr(self.reader)}),
            **(self.origin or {}),
        }
        return json.dumps(facts, sort_keys=True)
