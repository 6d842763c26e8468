"""Checks of image and label files, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mmcv
from rich.progress import track

from ..image_headers import Declared, check_checksums, read_header
from ..label_files import size_error
from ..label_formats import format_of
from ..reading import MissingOptionError, orientation_of
from .decoded_before import DecodedBefore
from .label_values import LabelValues, count_ids
from .problem import Problem

_BAR_FROM = 500  # files; fewer are checked before a bar could be read


def check_headers(
    samples: Sequence[dict], name: str
) -> tuple[list[tuple[int, int]], list[Problem], list[str]]:
    """Check what all files declare.

    Returns:
        The images' sizes, the problems, and notices of what may not be meant so.
    """
    results, problems = _gather(_check_header, samples, f"{name}: headers")
    half_turned = [path for _, path in results if path is not None]
    notices = [_turn_notice(half_turned)] if half_turned else []
    return [size for size, _ in results], problems, notices


def check_contents(
    samples: Sequence[dict], name: str, before: DecodedBefore
) -> tuple[LabelValues, list[Problem]]:
    """Return the raw values of labels, and the problems, of decoded samples.

    Args:
        samples: What to decode.
        name: Name of the data set.
        before: What need not be decoded again; learns what is decoded now.
    """

    def check(sample: dict) -> tuple[str, dict[int, int]] | None:
        counts = before.recall(sample, _decode)
        return None if counts is None else (sample["seg_map_path"], counts)

    found, problems = _gather(check, samples, f"{name}: contents")
    return LabelValues(filter(None, found)), problems


def _check_header(sample: dict) -> tuple[tuple[int, int], str | None]:
    """Return an image's size, and its path where only it is mirrored or turned.

    A label that is not turned with its image was drawn on it as it is shown, or does
    not fit: where the sides keep their lengths, sizes cannot tell.
    """
    path, orientation = sample["img_path"], orientation_of(sample)
    image = read_header(path)
    reader = sample.get("image_reader")
    if reader is not None:
        reader.check(image, path)
    size = image.size(orientation)
    label = sample.get("seg_map_path")
    if label is None:
        return size, None
    told = _label_header(sample)
    if told.size(orientation) != size:
        raise ValueError(size_error(label, told.size(orientation), path, size))
    turned = orientation == "shown" and image.orientation != told.orientation
    turned &= not sample.get("drawn_as_read", False)
    return size, path if turned and image.stored_size == size else None


def _label_header(sample: dict) -> Declared:
    try:
        return format_of(sample).declared_of(sample)
    except FileNotFoundError as error:
        path = sample["seg_map_path"]
        as_downloaded = path.replace("_labelTrainIds.", "_labelIds.")
        if not Path(as_downloaded).exists():
            raise
        raise FileNotFoundError(
            f"{error}. The labelIds of Cityscapes are there: type='CityscapesLabelled' "
            "with split='train' or 'val' reads these; cityscapesscripts makes those"
        ) from error


def _turn_notice(paths: Sequence[str]) -> str:
    return (
        f"the orientation tags of {len(paths)} image(s) and their labels differ, such "
        f"as {paths[0]}: each file is turned or mirrored by its own, as viewers do, so "
        "a label without one is taken as drawn on the image as it is shown. If labels "
        "were drawn on the stored pixels, set orientation='stored' of this data set"
    )


def _decode(sample: dict) -> dict[int, int] | None:
    """Decode the files of a sample, and count the label's values if it has one."""
    _check_decodes(sample)
    if "label_lut" not in sample:
        return None
    ids = format_of(sample).read_sample(sample)
    return count_ids(ids)


def _check_decodes(sample: dict) -> None:
    path = sample["img_path"]
    data = Path(path).read_bytes()
    told = f"cannot decode the image {path}: fetch it again"
    try:
        check_checksums(data)
    except OSError as error:
        raise ValueError(f"{told} ({error})") from error
    if "image_reader" not in sample:  # a data set of mmseg's
        if mmcv.imfrombytes(data) is None:
            raise ValueError(told)
    elif sample["image_reader"] is not None:
        sample["image_reader"].decode(data, path)


def _gather(
    check: Callable[[dict], Any], samples: Sequence[dict], title: str
) -> tuple[list, list[Problem]]:
    """Run ``check`` on all samples in threads: results, and what is wrong."""
    results, problems = [], []
    with ThreadPoolExecutor() as pool:
        for outcome in _with_bar(
            pool.map(lambda sample: _attempt(check, sample), samples),
            len(samples),
            title,
        ):
            (problems if isinstance(outcome, Problem) else results).append(outcome)
    return results, problems


def _attempt(check: Callable[[dict], Any], sample: dict) -> Any:
    try:
        return check(sample)
    except (ValueError, OSError) as error:
        lacks_option = isinstance(error, MissingOptionError)
        return Problem(str(error), sample, lacks_option)


def _with_bar(items: Iterable, total: int, title: str) -> Iterator:
    if total < _BAR_FROM:
        return iter(items)
    return iter(track(items, description=title, total=total))
