"""Draws many pictures in parallel, skipping those that are on disk."""

import contextlib
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from .formats import count_classes, file_names, read_train_ids, write_picture
from .labels import CLASSES
from .manifest import Settings
from .render import draw_picture


@dataclass(frozen=True)
class Picture:
    """A picture to be made: where, and everything that decides its pixels."""

    out: Path
    domain: str
    split: str
    index: int
    seed: int
    size: tuple[int, int]

    @property
    def names(self) -> tuple[str, str]:
        """Image and label path below the domain's folder."""
        return file_names(self.domain, self.split, self.index)

    @property
    def done(self) -> bool:
        """Whether both files are there; unfinished ones never bear these names."""
        return all((self.out / self.domain / name).is_file() for name in self.names)

    def make(self, temporary: Path) -> np.ndarray:
        """Draw the picture unless it is there; return the pixels of each class."""
        root = self.out / self.domain
        if not self.done:
            drawing = draw_picture(
                self.seed, self.domain, self.split, self.index, self.size
            )
            write_picture(drawing, root, self.domain, self.names, temporary)
        return count_classes(read_train_ids(root / self.names[1], self.domain))


def list_pictures(out: Path, wanted: dict[str, Settings]) -> list[Picture]:
    """List all pictures that belong to the given settings by domain."""
    return [
        Picture(out, domain, split, i, settings["seed"], tuple(settings["size"]))
        for domain, settings in wanted.items()
        for split, count in settings["counts"].items()
        for i in range(count)
    ]


def _make(job: tuple[Picture, Path]) -> np.ndarray:
    return job[0].make(job[1])


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Keep OpenCV from threads of its own; one process per core is enough.

    Set before the fork: a forked process waits forever when it is to end threads that
    OpenCV had started before, since those were not forked with it.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def make_pictures(
    pictures: list[Picture], temporary: Path, workers: int, progress: bool
) -> Iterator[np.ndarray]:
    """Yield the pixels of each class, (19,) int64, of each picture, in order.

    Args:
        pictures: What to make.
        temporary: Folder for unfinished files, on the same file system.
        workers: Processes; 1 draws in this one.
        progress: Whether to show a progress bar.
    """
    jobs = [(picture, temporary) for picture in pictures]
    bar = {"description": "Drawing ToyCity", "total": len(jobs)}
    bar["disable"] = not progress
    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from track(map(_make, jobs), **bar)
        return
    # Forking spares each worker the import of torch; where there is no fork, spawn.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    with _one_thread(), ProcessPoolExecutor(workers, context) as pool:
        try:
            yield from track(pool.map(_make, jobs, chunksize=8), **bar)
        except OSError as error:  # a worker's; said here, where it can be explained
            raise OSError(f"drawing ToyCity stopped: {error}") from error


def draw_domains(
    out: Path,
    wanted: dict[str, Settings],
    temporary: Path,
    workers: int,
    progress: bool,
) -> dict[str, dict]:
    """Draw what is missing; return the manifest's entries by domain."""
    pictures = list_pictures(out, wanted)
    pixels = {
        domain: {split: np.zeros(len(CLASSES), np.int64) for split in s["counts"]}
        for domain, s in wanted.items()
    }
    counted = make_pictures(pictures, temporary, workers, progress)
    for picture, counts in zip(pictures, counted, strict=True):
        pixels[picture.domain][picture.split] += counts
    return {
        domain: {
            "settings": wanted[domain],
            "class_percent": {k: _shares(v) for k, v in splits.items()},
        }
        for domain, splits in pixels.items()
    }


def _shares(pixels: np.ndarray) -> dict[str, float]:
    """Return each class's share of the labelled pixels, percent."""
    total = max(int(pixels.sum()), 1)
    shares = (100 * pixels / total).round(3).tolist()
    return dict(zip(CLASSES, shares, strict=True))
