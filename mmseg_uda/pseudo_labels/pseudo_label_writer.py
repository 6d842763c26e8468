"""The folder that pseudo-labels are written to."""

import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mmseg_uda.utils.atomic_files import write_atomic, write_json
from mmseg_uda.utils.resumable_folder import ResumableFolder

from .report import image_counts, summarise


class PseudoLabelWriter(ResumableFolder):
    """Writes labels, confidence and report; knows what an earlier run has done.

    The folder holds, in this order of writing: ``settings.json`` (what decides the
    labels), ``labels/<image>.png`` (uint8, class ids, 255 = dropped) and
    ``confidence/<image>.png`` (uint8, ``round(255 * max_c p_c)``), both at the
    image's size, for a rule with soft labels also ``soft/<image>.npz`` (its array
    ``soft`` is uint8, (K, H, W), ``round(255 * y_c)``), ``images.jsonl`` (counts by
    image) and, as the sign that all is finished, ``pseudo_labels.json``. Every file
    appears complete or not at all.

    Args:
        folder: Output folder. Nothing is written outside of it.
        names: Image paths relative to the image root, with forward slashes.
        settings: What decides the labels, as JSON types. A folder with other
            settings is not continued.
        rank: Rank of this process.

    Raises:
        ValueError: If a name would leave the folder.
    """

    content = "pseudo-labels"
    folders = ("labels", "confidence", "soft", "statistics", "weights")
    files = ("pseudo_labels.json", "rule_state.json", "images.jsonl")
    report = "pseudo_labels.json"
    always = frozenset({"rule", "checkpoint_sha256"})

    def write(
        self, name: str, probs: Tensor, labels: Tensor, soft: Tensor | None = None
    ) -> None:
        """Write one image's label, confidence, soft label and counts.

        Args:
            name: Image path relative to the image root.
            probs: Class probabilities (K, H, W).
            labels: Labels (H, W), uint8.
            soft: Soft labels (K, H, W), for a rule that gives them.
        """
        contents = [_png(_bytes(image)) for image in (labels, _scaled(probs.amax(0)))]
        if soft is not None:
            contents.append(_npz(_bytes(_scaled(soft))))
        sizes = []
        for path, content in zip(self.paths(name), contents, strict=False):
            write_atomic(path, content)
            sizes.append(len(content))
        counts = image_counts(probs, labels)
        self.journal.append({"image": name, "bytes": sizes, **counts})

    def finish(self, header: dict, classes: Sequence[str] | None = None) -> dict:
        """Write the report over all images and return it.

        Called by one rank, after all ranks have written.

        Args:
            header: Entries of the report besides the statistics.
            classes: Class names.
        """
        report = {**header, **summarise(self.journal.merge(self.names), classes)}
        write_json(self.report_file, report)
        return report

    def paths(self, name: str) -> tuple[Path, Path, Path]:
        """Return the files of label, confidence and soft label."""
        png = PurePosixPath(name).with_suffix(".png")
        soft = self.folder / "soft" / png.with_suffix(".npz")
        return self.folder / "labels" / png, self.folder / "confidence" / png, soft


def _scaled(shares: Tensor) -> Tensor:
    """Turn numbers in [0, 1] into bytes."""
    return (shares * 255).round().to(torch.uint8)


def _bytes(image: Tensor) -> np.ndarray:
    return image.cpu().numpy()


def _npz(soft: np.ndarray) -> bytes:
    """Pack soft labels: nearly all are 0 or 255, so they shrink well."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, soft=soft)
    return buffer.getvalue()


def _png(image: np.ndarray) -> bytes:
    """Encode an array (H, W), uint8, as a grey PNG (pillow's mode 'L')."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
