"""The folder that the names of an annotation file are relative to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mmseg_uda.datasets.names.walk_folder import files_below

_TRIED = 20


def folder_of(images: Path, names: Sequence[str]) -> Path:
    """Return the folder, in or below the one that was named, that holds most images.

    Args:
        images: Folder of images, or of a whole export.
        names: What the file calls them.
    """
    if any((images / name).is_file() for name in names):
        return images
    wanted = {f"/{name}" for name in names[:_TRIED]}
    counts: Counter[str] = Counter()
    for folder, last in files_below(images):
        path = f"/{folder}{last}"
        counts.update(path[: -len(n)] for n in wanted if path.endswith(n))
    return images / counts.most_common(1)[0][0].strip("/") if counts else images
