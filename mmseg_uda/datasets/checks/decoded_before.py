"""Which files an earlier call has decoded without finding anything wrong."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.cache_folder import cache_folder
from mmseg_uda.version import __version__

from ..label_formats import format_of
from ..label_formats.coco_shapes import SHAPES

#: Name of the folder in that of the cache.
FOLDER = "checked_files"

Counts = dict[int, int]
_FORMAT = 1
_SETTLED = 2.0  # seconds: what is younger may change without another time of change
_FILES = ("img_path", "seg_map_path")
_MOST = 20_000  # samples in one file of the memory; the oldest go


class DecodedBefore:
    """Remembers what decoded files hold, from one call to the next.

    A file counts as unchanged if size, inode and the times of its content and its
    status are (what a copy sets back is only the first of these times). All is
    forgotten when the code that reads files is another, or a file of this memory is
    not what it should be. Those are plain JSON, some 256 at most, by the folder of the
    images; they may be deleted at any time.

    Args:
        folder: Where to keep them; None remembers nothing.

    Attributes:
        num_reused: How many samples were not decoded, as an earlier call has done it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.num_reused = 0
        self._known: dict[Path, dict[str, dict]] = {}
        self._learnt: dict[Path, dict[str, dict]] = {}
        self._unsaved: set[Path] = set()

    def recall(
        self, sample: Mapping[str, Any], decode: Callable[[Any], Counts | None]
    ) -> Counts | None:
        """Return what decoding a sample gives, without doing it if it was done before.

        Args:
            sample: Description of the sample.
            decode: Decodes its files, and raises what is wrong with them; returns the
                label's pixels by raw value, None without a label.
        """
        key = None if self.folder is None else _key(sample)
        if key is None:
            return decode(sample)
        path = self._path(sample)
        stamp = _stamp(sample)
        before = self._entries(path).get(key)
        if before is not None and before["stamp"] == stamp:
            self.num_reused += key not in self._learnt.get(path, ())
            return _from_json(before["pixels"])
        counts = decode(sample)
        if _is_settled(stamp):
            entry = {"stamp": stamp, "pixels": _to_json(counts)}
            self._entries(path)[key] = entry
            self._learnt.setdefault(path, {})[key] = entry  # threads may ask at once
            self._unsaved.add(path)
        return counts

    def save(self) -> None:
        """Write down what was learnt; where that is not possible, do without."""
        for path in self._unsaved:
            # what another process has written meanwhile stays
            entries = {**_read(path), **self._learnt[path]}
            newest = dict(list(entries.items())[-_MOST:])
            content = {"format": _FORMAT, "code": _code(), "files": newest}
            with suppress(OSError):
                write_atomic(path, json.dumps(content) + "\n")
        self._unsaved.clear()

    def _path(self, sample: Mapping[str, Any]) -> Path:
        """Return the file that remembers the samples of a folder of images."""
        images = os.path.dirname(os.path.abspath(sample["img_path"]))
        return self.folder / f"{hashlib.sha256(images.encode()).hexdigest()[:2]}.json"

    def _entries(self, path: Path) -> dict[str, dict]:
        if path in self._known:
            return self._known[path]
        return self._known.setdefault(path, _read(path))


def memory_folder() -> Path:
    """Return where this user's calls remember what they decoded."""
    return cache_folder() / FOLDER


def _read(path: Path) -> dict[str, dict]:
    try:
        content = json.loads(path.read_text())
        if content["format"] != _FORMAT or content["code"] != _code():
            return {}
        files = content["files"]
        return files if all(map(_is_entry, files.values())) else {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _is_entry(entry: Any) -> bool:
    stamp, pixels = entry["stamp"], entry["pixels"]
    numbers = [n for numbers in stamp for n in numbers]
    numbers += [] if pixels is None else [*map(int, pixels), *pixels.values()]
    return all(type(number) is int and number >= 0 for number in numbers)


def _key(sample: Mapping[str, Any]) -> str | None:
    """Return what stands for a sample and how it is read; None if that cannot be told.

    What an id counts as is decided by its table, which says nothing about decoding.
    """
    paths = [os.path.abspath(sample[name]) for name in _FILES if name in sample]
    how = [repr(sample.get("image_reader")), format_of(sample).decides]
    if any(" at 0x" in text for text in how):
        return None
    shapes = sample.get(SHAPES)  # of a file that holds those of all images
    told = json.dumps([paths, "label_lut" in sample, *how, shapes])
    return hashlib.sha256(told.encode()).hexdigest()


def _stamp(sample: Mapping[str, Any]) -> list[list[int]]:
    paths = [sample[name] for name in _FILES if name in sample]
    paths += [path for _, path in (sample.get(SHAPES) or {}).get("masks", ())]
    states = map(os.stat, paths)
    return [[s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns] for s in states]


def _is_settled(stamp: Sequence[Sequence[int]]) -> bool:
    newest = max(max(times) for _, _, *times in stamp)
    return time.time() - newest / 1e9 > _SETTLED


def _to_json(counts: Counts | None) -> dict[str, int] | None:
    return counts and {str(value): pixels for value, pixels in counts.items()}


def _from_json(counts: Mapping[str, int] | None) -> Counts | None:
    if counts is None:
        return None
    return {int(value): pixels for value, pixels in counts.items()}


@cache
def _code() -> str:
    """Return what stands for the code that reads and checks files."""
    digest = hashlib.sha256()
    versions = (__version__, cv2.__version__, PIL.__version__, np.__version__)
    digest.update(" ".join(versions).encode())
    folder = Path(__file__).parents[1]  # of data sets, all of them
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
