"""What region labels depend on, and whether a folder holds these."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmseg_uda.datasets.image_files import text_sha256
from mmseg_uda.utils.plain import differences, flattened

from .layout import LABELS, PARTS, REPORT, SETTINGS
from .region_work import RegionWork

_NAMES = "images_sha256"
_SIZE = re.compile(r"\w+")  # whatever the file says, nothing outside is removed


def settings_of(work: RegionWork) -> dict[str, Any]:
    """Return what decides the labels, as JSON types."""
    return {
        "rules": dict(work.rules),
        "scale": list(work.files.scale),
        "seed": work.seed,
        "classes": list(work.classes),
        "images": len(work.files),
        _NAMES: text_sha256(work.files.names),
    }


def check_folder(folder: Path, settings: Mapping[str, Any], alone: bool = True) -> None:
    """Refuse a folder that holds labels of other settings, or something else.

    Without settings, grids in sub-folders named as the sizes are taken: they are what
    shards with folders of their own have made, copied together. A run of other settings
    that has labelled no image yet, as it found no kinds, say, is removed.

    Args:
        folder: Output folder; it need not exist.
        settings: What :func:`settings_of` returns.
        alone: Whether no other call can be at work on the folder; else nothing is
            removed.

    Raises:
        ValueError: If its labels were made with other settings.
        FileExistsError: If it holds files that no run of this tool made.
    """
    path = folder / SETTINGS
    if not path.is_file():
        foreign = _foreign(folder, settings["rules"])
        if foreign and not path.is_file():  # by now another shard may have begun
            raise FileExistsError(
                f"{folder} holds {foreign}, but no {SETTINGS}: these are no region "
                "labels, and are left alone. Choose another folder (--out)"
            )
        return
    before = _read(path, settings)
    changed = differences(flattened(before), flattened(settings))
    if changed and alone and not any((folder / n).exists() for n in (LABELS, REPORT)):
        for name in filter(_SIZE.fullmatch, (PARTS, *before["rules"])):
            shutil.rmtree(folder / name, ignore_errors=True)
    elif changed:
        raise ValueError(
            f"the region labels in {folder} were made with other settings:\n  "
            + "\n  ".join(map(_spoken, changed))
            + "\nChoose another folder (--out, in training --work-dir), or remove that "
            "one to make them anew"
        )


def _foreign(folder: Path, sizes: Mapping[str, Any]) -> str | None:
    """Name something that was not made as region labels, if there is."""
    for name in (REPORT, PARTS, *sizes):
        if (folder / name).exists():
            return name
    labels = folder / LABELS
    there = sorted(p.name for p in labels.iterdir()) if labels.is_dir() else []
    others = [name for name in there if name not in sizes]
    return f"{LABELS}/{others[0]}" if others else None


def _read(path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        before = json.loads(path.read_bytes())
    except ValueError:
        before = None
    if not isinstance(before, dict) or not before.keys() >= settings.keys():
        raise FileExistsError(
            f"{path} is damaged, or was not written with region labels, so the folder "
            "is left alone. Choose another folder (--out)"
        )
    return before


def _spoken(change: str) -> str:
    if change.startswith(_NAMES):
        return "names of the label files: those of another data set, or part of one"
    return change
