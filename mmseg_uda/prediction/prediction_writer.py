"""The folder that predictions are written to."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from mmseg_uda.utils.atomic_files import write_atomic, write_json
from mmseg_uda.utils.resumable_folder import ResumableFolder

from .georeference import Tag, as_geotiff

REPORT, SHARES, LEGEND = "prediction.json", "class_shares.csv", "legend.png"
#: What an image can get, in the order of writing, and how its file ends.
KINDS = {"labels": ".png", "confidence": ".png", "overlays": ".jpg"}
#: Folder of files for a test server, see :class:`Submission`.
SUBMISSION = "submission"
_QUALITY = 92  # of JPEG pictures


class PredictionWriter(ResumableFolder):
    """Writes masks, pictures and the shares of the classes; knows what there is.

    The folder holds ``settings.json`` (what decides the predictions),
    ``labels/<image>.png`` (uint8, class ids), if wanted ``confidence/<image>.png``
    (uint8, ``round(255 * max_c p_c)``) and ``overlays/<image>.jpg`` (the image, painted
    in the classes' colours, which ``legend.png`` names), all at the image's size (masks
    and confidence of a georeferenced image are GeoTIFFs of the same place, ``.tif``),
    ``images.jsonl`` (class counts of each image), ``class_shares.csv`` (a row an image)
    and, as the sign that all is finished, ``prediction.json``. Every file appears
    complete or not at all.

    Args:
        folder: Output folder. Nothing is written outside of it.
        names: Image paths relative to the image root, with forward slashes.
        settings: What decides the predictions, as JSON types; ``kinds`` names those of
            :data:`KINDS` that each image gets, in that order, with spaces between.
        rank: Rank of this process.
        stamps: Size and time of each image, by name. An image that has changed since is
            predicted again.
        places: Tags of the georeferenced images, by name, see :func:`georeference`.
    """

    content = "predictions"
    folders = (*KINDS, SUBMISSION)
    files = (REPORT, SHARES, LEGEND, "images.jsonl")
    report = REPORT
    always = frozenset({"kinds", "checkpoint_sha256"})

    def __init__(
        self,
        folder: str | Path,
        names: Sequence[str],
        settings: dict,
        rank: int = 0,
        stamps: Mapping[str, Sequence[int]] | None = None,
        places: Mapping[str, Sequence[Tag]] | None = None,
    ) -> None:
        super().__init__(folder, names, settings, rank)
        self.stamps = {k: list(v) for k, v in (stamps or {}).items()}
        self.places = places or {}

    def paths(self, name: str) -> tuple[Path, ...]:
        """Return the files of an image."""
        return tuple(
            self.folder
            / kind
            / PurePosixPath(name).with_suffix(self._suffix(name, kind))
            for kind in self.settings["kinds"].split()
        )

    def _suffix(self, name: str, kind: str) -> str:
        lies_somewhere = name in self.places and KINDS[kind] == ".png"
        return ".tif" if lies_somewhere else KINDS[kind]

    def write(
        self, name: str, pictures: Mapping[str, np.ndarray], counts: Mapping
    ) -> None:
        """Write the files of one image, then its counts.

        Args:
            name: Path of the image relative to the image root.
            pictures: For each kind (H, W) uint8, overlays (H, W, 3) uint8, RGB.
            counts: ``height``, ``width``, ``pixels`` (of each class) and
                ``mean_confidence``.
        """
        sizes = []
        kinds = self.settings["kinds"].split()
        for kind, path in zip(kinds, self.paths(name), strict=True):
            if path.suffix == ".tif":
                content = as_geotiff(pictures[kind], self.places[name])
            else:
                content = _encoded(pictures[kind], KINDS[kind])
            write_atomic(path, content)
            sizes.append(len(content))
        stamp = self.stamps.get(name)
        self.journal.append({"image": name, "stamp": stamp, "bytes": sizes, **counts})

    def _is_done(self, name: str, done: dict[str, dict]) -> bool:
        same = name in done and done[name].get("stamp") == self.stamps.get(name)
        return same and super()._is_done(name, done)

    def finish(
        self, header: Mapping, classes: Sequence[str], legend: np.ndarray | None
    ) -> dict:
        """Write table, legend and report, and return that one.

        Called by one rank, after all have written.

        Args:
            header: Entries of the report besides the numbers.
            classes: Class names by id.
            legend: The colours of the classes, (H, W, 3) uint8, RGB, for overlays.
        """
        records = self.journal.merge(self.names)
        write_atomic(self.folder / SHARES, _table(records, classes))
        if legend is not None:
            write_atomic(self.folder / LEGEND, _encoded(legend, ".png"))
        pixels = np.array([record["pixels"] for record in records], np.int64)
        total = int(pixels.sum())
        areas = pixels.sum(axis=1)
        confidence = [record["mean_confidence"] for record in records]
        report = {
            **header,
            "classes": list(classes),
            "num_images": len(records),
            "mean_confidence": float(np.average(confidence, weights=areas)),
            "per_class": {
                name: {
                    "share": int(pixels[:, index].sum()) / total,
                    "num_images": int((pixels[:, index] > 0).sum()),
                }
                for index, name in enumerate(classes)
            },
        }
        write_json(self.report_file, report)
        return report


def _table(records: Sequence[Mapping], classes: Sequence[str]) -> str:
    """Return a row an image: its size, mean confidence, and the share of each class."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["image", "width", "height", "mean_confidence", *classes])
    for record in records:
        pixels = record["pixels"]
        area = sum(pixels)
        rows.writerow(
            [
                record["image"],
                record["width"],
                record["height"],
                f"{record['mean_confidence']:.4f}",
                *(f"{count / area:.6f}" for count in pixels),
            ]
        )
    return text.getvalue()


def _encoded(picture: np.ndarray, suffix: str) -> bytes:
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY] if suffix == ".jpg" else []
    done, content = cv2.imencode(suffix, picture, options)
    if not done:  # JPEG ends at 65,500 pixels a side
        height, width = picture.shape[:2]
        raise ValueError(
            f"a picture of {width}x{height} pixels cannot be written as *{suffix}"
        )
    return content.tobytes()
