"""Projects of Supervisely."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from mmseg.registry import DATASETS

from mmseg_uda.datasets.annotations.supervisely_file import (
    BARE,
    SuperviselyFile,
    kind_of,
    read_meta,
    read_supervisely,
)

from .class_options import GivenClasses
from .find_images import reading_options
from .found import FoundLabels
from .named_shapes import NamedShapes, named_shapes, of_bare, of_empty
from .options import below

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_META = "meta.json"
_ABOVE = 8  # folders, in which a project's meta.json is looked for


def find_supervisely(
    images: Path, labels: Path, given: GivenClasses | None
) -> FoundLabels:
    """Find out how a project of Supervisely is read.

    Args:
        images: Its folder, or one in it that holds the images.
        labels: Its folder, or one in it that holds the annotations.
        given: What the user says of the classes; None: nothing.

    Raises:
        FileNotFoundError: If there are no images.
        ValueError: If images and annotations do not pair up, or one cannot be read.
    """
    images, labels = _beside(images, labels)
    root = Path(os.path.commonpath([images, labels]))
    dataset = {
        "type": "SuperviselyFolder",
        "data_root": str(root),
        "image_dir": below(images, root),
        "label_dir": below(labels, root),
    }
    # any classes will do to list the files
    listed = DATASETS.build(
        {
            **dataset,
            "metainfo": {"classes": ("background",)},
            "unlabelled": "background",
            "bare": "leave out",
            "allow_unpaired": True,
        }
    )
    samples = [listed.get_data_info(i) for i in range(len(listed))]
    told = {s["seg_map_path"]: read_supervisely(s["seg_map_path"]) for s in samples}
    colors, said = _colors_of(labels)
    titles = {one["classTitle"] for file in told.values() for one in file.drawn}
    said += _unlisted(titles, colors, told)
    names = [*(t for t in colors if t in titles), *sorted(titles - set(colors))]
    shapes = named_shapes(names, given, "the project of Supervisely")
    of_bare(shapes, _bare_in(told.values()))
    of_empty(shapes, sum(not file.drawn for file in told.values()))
    if listed.num_unpaired:
        dataset["allow_unpaired"] = True
        said.append(
            f"{len(samples)} images have an annotation; {listed.num_unpaired} files "
            "have no partner and are left out (`allow_unpaired`)"
        )
    dataset |= reading_options([Path(s["img_path"]) for s in samples], said)
    return FoundLabels(
        dataset | shapes.options,
        said=[f"Supervisely's annotations of {', '.join(names)}", *said, *shapes.said],
        encoding="Supervisely JSON",
        classes=shapes.classes,
        palette=_palette(shapes, colors),
    )


def meta_above(labels: Path) -> Path | None:
    """Return the meta.json of the project that a folder is, or lies in."""
    above = [labels, *labels.parents][:_ABOVE]
    return next((f / _META for f in above if (f / _META).is_file()), None)


def _beside(images: Path, labels: Path) -> tuple[Path, Path]:
    """Return the folders of one data set, where only one of the two is so narrow."""
    if images.name == "img" and (images.parent / "ann").is_dir():
        return images, images.parent / "ann"
    if labels.name == "ann" and (labels.parent / "img").is_dir():
        return labels.parent / "img", labels
    return images, labels


def _colors_of(labels: Path) -> tuple[dict[str, str | None], list[str]]:
    meta = meta_above(labels)
    if meta is None:
        return {}, [f"there is no {_META} above {labels}: classes are those of objects"]
    return read_meta(meta), []


def _unlisted(
    titles: Collection[str],
    colors: Mapping[str, str | None],
    told: Mapping[str, SuperviselyFile],
) -> list[str]:
    """Say which classes of objects the project does not list."""
    unlisted = sorted(titles - set(colors)) if colors else []
    if not unlisted:
        return []
    path = next(
        p
        for p, f in told.items()
        if any(one["classTitle"] in unlisted for one in f.drawn)
    )
    return [f"{', '.join(unlisted)} is a class of objects ({path}), but not of {_META}"]


def _bare_in(files: Iterable[SuperviselyFile]) -> list[str]:
    kinds = (kind_of(one) for file in files for one in file.objects)
    return [kind for kind in kinds if kind in BARE]


def _palette(shapes: NamedShapes, colors: Mapping[str, str | None]) -> list[list[int]]:
    """Return the colours of all classes, if the project has them."""
    known = {"background": "#000000", **colors}
    own = [str(known.get(name)) for name in shapes.classes]
    if not all(map(_COLOR.fullmatch, own)):
        return []
    return [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in own]
