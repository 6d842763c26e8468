"""The folder that pseudo-labels are written to."""

import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mmseg_uda.atomic_files import remove_leftovers, write_atomic, write_json

from .progress_journal import ProgressJournal
from .report import image_counts, summarise

_FOLDERS = ("labels", "confidence", "soft", "statistics", "progress")
# settings that every run has
_ALWAYS = {"rule", "checkpoint_sha256"}
_FILES = ("pseudo_labels.json", "rule_state.json", "images.jsonl")


class PseudoLabelWriter:
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

    def __init__(
        self, folder: str | Path, names: Sequence[str], settings: dict, rank: int = 0
    ) -> None:
        self.folder = Path(folder)
        self.names = list(names)
        self.settings = settings
        self.journal = ProgressJournal(self.folder, rank)
        self.settings_file = self.folder / "settings.json"
        self.report_file = self.folder / "pseudo_labels.json"
        for name in self.names:
            _check_inside(name)

    def prepare(self, overwrite: bool = False) -> list[int]:
        """Get the folder ready and return the indices of the images still to do.

        Called by one rank, before any rank writes.

        Args:
            overwrite: Remove an earlier run's files first, whatever its settings.

        Raises:
            ValueError: If the folder holds labels made with other settings.
            FileExistsError: If it holds files of these names that no run of this
                writer made. They are not removed by ``overwrite`` either.
        """
        if self.settings_file.is_file():
            earlier = self._read_earlier()
            if overwrite:
                self._remove_earlier()
            else:
                self._check_same_settings(earlier)
        else:
            self._check_nothing_foreign()
        write_json(self.settings_file, self.settings)
        remove_leftovers(self.folder)
        for name in _FOLDERS:
            remove_leftovers(self.folder / name, below=True)
        done = self.journal.read()
        pending = [
            i for i, name in enumerate(self.names) if not self._is_done(name, done)
        ]
        if pending:
            self.report_file.unlink(missing_ok=True)
        return pending

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
        for path, content in zip(self._paths(name), contents, strict=False):
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

    def _paths(self, name: str) -> tuple[Path, Path, Path]:
        """Return the files of label, confidence and soft label."""
        png = PurePosixPath(name).with_suffix(".png")
        soft = self.folder / "soft" / png.with_suffix(".npz")
        return self.folder / "labels" / png, self.folder / "confidence" / png, soft

    def _is_done(self, name: str, done: dict[str, dict]) -> bool:
        """Tell whether an image has a record and its files have the recorded sizes."""
        if name not in done:
            return False
        return all(
            path.is_file() and path.stat().st_size == size
            for path, size in zip(self._paths(name), done[name]["bytes"], strict=False)
        )

    def _read_earlier(self) -> dict:
        """Read the settings of an earlier run; many programs have such a file."""
        try:
            earlier = json.loads(self.settings_file.read_bytes())
        except ValueError:
            earlier = None
        if not isinstance(earlier, dict) or not earlier.keys() >= _ALWAYS:
            raise FileExistsError(
                f"{self.settings_file} was not written with pseudo-labels, so the "
                "folder is left alone; choose another folder"
            )
        return earlier

    def _check_same_settings(self, earlier: dict) -> None:
        wanted = json.loads(json.dumps(self.settings))
        keys = sorted(earlier.keys() | wanted.keys())
        changed = [
            f"{key}: {earlier.get(key)!r} there, {wanted.get(key)!r} now"
            for key in keys
            if earlier.get(key) != wanted.get(key)
        ]
        if changed:
            raise ValueError(
                f"{self.folder} holds pseudo-labels made with other settings "
                f"({'; '.join(changed)}); choose another folder, or overwrite them "
                "(--overwrite)"
            )

    def _check_nothing_foreign(self) -> None:
        foreign = [
            name for name in (*_FOLDERS, *_FILES) if (self.folder / name).exists()
        ]
        if foreign:
            raise FileExistsError(
                f"{self.folder} holds {', '.join(foreign)}, but no settings.json: this "
                "was not written as pseudo-labels and is left alone; choose another "
                "folder"
            )

    def _remove_earlier(self) -> None:
        # settings.json goes last: it says that the rest is ours to remove.
        for name in _FOLDERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in _FILES:
            (self.folder / name).unlink(missing_ok=True)
        self.settings_file.unlink()


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


def _check_inside(name: str) -> None:
    """Refuse an image name that is absolute or climbs out of its folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.name:
        raise ValueError(
            f"image name {name!r} leaves the output folder; names are paths relative "
            "to the image root, without '..'"
        )
