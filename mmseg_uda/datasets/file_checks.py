"""Checks of image and label files, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mmcv
import numpy as np
from rich.progress import track

from .image_headers import check_checksums, image_size
from .label_files import map_label_ids, read_label_ids
from .label_maps import IGNORE

_BAR_FROM = 500  # files; fewer are checked before a bar could be read


def check_headers(
    samples: Sequence[dict], name: str
) -> tuple[list[tuple[int, int]], list[str]]:
    """Return the images' sizes and the problems of all headers."""

    def check(sample: dict) -> tuple[int, int]:
        size = image_size(sample["img_path"])
        label = sample.get("seg_map_path")
        if label is not None and (label_size := image_size(label)) != size:
            raise ValueError(
                f"label and image differ in size: {label} is "
                f"{label_size[0]}x{label_size[1]}, {sample['img_path']} is "
                f"{size[0]}x{size[1]} (width x height)"
            )
        return size

    return _gather(check, samples, f"{name}: headers")


def check_contents(samples: Sequence[dict], name: str) -> tuple[np.ndarray, list[str]]:
    """Return the pixels by class and the problems of decoded samples."""

    def check(sample: dict) -> np.ndarray:
        _check_decodes(sample["img_path"])
        if "label_lut" not in sample:
            return np.zeros(IGNORE + 1, dtype=np.int64)
        label = sample["seg_map_path"]
        ids = map_label_ids(read_label_ids(label), sample["label_lut"], label)
        return np.bincount(ids.ravel(), minlength=IGNORE + 1)

    counts, problems = _gather(check, samples, f"{name}: contents")
    return np.sum(counts, axis=0) if counts else np.zeros(IGNORE + 1), problems


def _check_decodes(path: str) -> None:
    data = Path(path).read_bytes()
    told = f"cannot decode the image {path}: fetch it again"
    try:
        check_checksums(data)
    except OSError as error:
        raise ValueError(f"{told} ({error})") from error
    if mmcv.imfrombytes(data) is None:
        raise ValueError(told)


def _gather(
    check: Callable[[dict], Any], samples: Sequence[dict], title: str
) -> tuple[list, list[str]]:
    """Run ``check`` on all samples in threads: results, and messages of errors."""
    results, problems = [], []
    with ThreadPoolExecutor() as pool:
        for outcome in _with_bar(
            pool.map(lambda sample: _attempt(check, sample), samples),
            len(samples),
            title,
        ):
            (problems if isinstance(outcome, str) else results).append(outcome)
    return results, problems


def _attempt(check: Callable[[dict], Any], sample: dict) -> Any:
    try:
        return check(sample)
    except (ValueError, OSError) as error:
        return str(error)


def _with_bar(items: Iterable, total: int, title: str) -> Iterator:
    if total < _BAR_FROM:
        return iter(items)
    return iter(track(items, description=title, total=total))
