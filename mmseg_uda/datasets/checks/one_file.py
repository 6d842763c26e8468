"""Files that are reached under two names."""

import os
from collections.abc import Sequence

from .problem import Problem


def same_files(samples: Sequence[dict]) -> tuple[list[Problem], list[str]]:
    """Look for labels that are their image, and images that are listed twice.

    Args:
        samples: Descriptions of samples, with ``img_path`` and maybe ``seg_map_path``.

    Returns:
        Problems, one for each label that is its own image, and remarks.
    """
    problems, twice, seen = [], [], {}
    for sample in samples:
        image, label = sample["img_path"], sample.get("seg_map_path")
        file = _identity(image)
        if file is None:
            continue  # its header cannot be read either
        if label is not None and _identity(label) == file:
            text = f"the label {label} is the image {image} itself: {_REMEDY}"
            problems.append(Problem(text, sample))
        if seen.setdefault(file, image) != image:
            twice.append((seen[file], image))
    if not twice:
        return problems, []
    first, second = twice[0]
    remark = (
        f"{len(twice)} of {len(samples)} images are listed under another name already, "
        f"by links ({first} and {second}); each name counts"
    )
    return problems, [remark]


_REMEDY = (
    "say which files are the labels, by label_dir, or by image_suffix and label_suffix"
)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
