"""The folder that translated images are written to."""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from mmseg_uda.utils.atomic_files import write_atomic, write_json
from mmseg_uda.utils.resumable_folder import ResumableFolder
from mmseg_uda.weights.checkpoints import file_hash

MANIFEST = "translated.json"


class TranslationWriter(ResumableFolder):
    """Writes translated images; knows what an earlier run has done.

    The folder holds ``settings.json`` (what decides the images), ``images/<image>.png``
    (8-bit colour), ``images.jsonl`` (size in bytes and SHA-256 of each file) and, as
    the sign that all is finished, ``translated.json``. Every file appears complete or
    not at all. See :class:`ResumableFolder` for the arguments.
    """

    content = "translated images"
    folders = ("images",)
    files = (MANIFEST, "images.jsonl")
    report = MANIFEST
    always = frozenset({"generator", "checkpoint_sha256"})

    def paths(self, name: str) -> tuple[Path]:
        """Return the file of an image."""
        return (self.folder / "images" / PurePosixPath(name).with_suffix(".png"),)

    def write(self, name: str, image: np.ndarray) -> None:
        """Write one image.

        Args:
            name: Path of the original relative to the image root.
            image: (H, W, 3) uint8, BGR.
        """
        _, content = cv2.imencode(".png", image)
        data = content.tobytes()
        write_atomic(self.paths(name)[0], data)
        digest = hashlib.sha256(data).hexdigest()
        self.journal.append({"image": name, "bytes": [len(data)], "sha256": digest})

    def finish(self, header: Mapping[str, object]) -> dict:
        """Write the manifest and return it; called by one rank, after all have written.

        Args:
            header: Entries of the manifest besides the images' number and hash.
        """
        records = self.journal.merge(self.names)
        manifest = {
            **header,
            "num_images": len(records),
            "bytes": sum(record["bytes"][0] for record in records),
            # which holds the hash of every image
            "images_jsonl_sha256": file_hash(self.journal.merged_file),
        }
        write_json(self.report_file, manifest)
        return manifest
