"""From a published file to one that this project and stock mmseg load."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmseg.datasets import CityscapesDataset

from mmseg_uda.utils.atomic_files import check_writable, write_atomic, write_json
from mmseg_uda.utils.class_sets import SYNTHIA_16
from mmseg_uda.utils.finite import not_finite
from mmseg_uda.version import __version__
from mmseg_uda.weights.safe_loading import file_hash, load_weights_file

from .conversion import Conversion, convert
from .matching_config import MatchingConfig, matching_config
from .report import as_json, summary


def read_published(
    path: Path, root: Path, family: str | None = None, drop: Sequence[str] = ()
) -> tuple[Conversion, MatchingConfig | None]:
    """Read a published file, convert its weights and find the config that they fit.

    Args:
        path: The file; no code of it is executed.
        root: Folder that holds ``configs/``.
        family: See :func:`convert`.
        drop: See :func:`convert`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read safely or not be converted; says why.
    """
    weights = load_weights_file(path)
    bad = not_finite(weights)
    if bad:
        raise ValueError(
            f"'{path}' holds NaN or infinite numbers in {len(bad)} of its "
            f"{len(weights)} tensors, e.g. {', '.join(bad[:5])}. Take another "
            "checkpoint."
        )
    try:
        conversion = convert(weights, family, drop)
        return conversion, matching_config(conversion, root)
    except ValueError as error:
        raise ValueError(f"cannot convert '{path}': {error}") from error


def check_output(path: Path, out: Path, overwrite: bool) -> None:
    """Check that a conversion may write its two files, before the work is done.

    Args:
        path: The published file.
        out: The file to write; its report lies beside it, see :func:`report_path`.
        overwrite: Whether either may exist.

    Raises:
        ValueError: If ``out`` is ``path`` or a folder, or exists.
        OSError: If its folder cannot be written into.
    """
    if out.exists() and out.samefile(path):
        raise ValueError(f"{out} is the file to convert; choose another one to write")
    for file in (out, report_path(out)):
        if file.is_dir():
            raise ValueError(f"{file} is a folder; give a file such as {file}/a.pth")
        if file.exists() and not overwrite:
            raise ValueError(
                f"{file} exists; choose another file, or replace it with --overwrite"
            )
    check_writable(out.parent, "the second argument")


def report_path(out: Path) -> Path:
    """Return where the report of a converted file lies: ``a.pth.json``."""
    return out.with_name(f"{out.name}.json")


def write_converted(
    path: Path, out: Path, conversion: Conversion, config: MatchingConfig | None
) -> None:
    """Write the converted checkpoint, and its report beside it.

    Args:
        path: The published file, for the record.
        out: File to write: ``state_dict`` and ``meta``, as mmengine saves them.
        conversion: What to write.
        config: The config that it fits, for the report.

    Raises:
        OSError: If that is not possible.
    """
    origin = dict(file=path.name, sha256=file_hash(path), **summary(conversion))
    meta = dict(mmseg_uda=__version__, converted_from=origin)
    meta |= _data_set(conversion.layout.main.num_classes)
    # a view would drag the whole storage that it is a part of into the file
    weights = {k: w.detach().clone() for k, w in conversion.weights.items()}
    buffer = io.BytesIO()
    torch.save(dict(meta=meta, state_dict=weights), buffer)
    write_atomic(out, buffer.getvalue())
    write_json(report_path(out), {**origin, **as_json(conversion, config)})


def _data_set(num_classes: int) -> dict[str, Any]:
    """Return the names and colours of the classes, which mmseg's inferencer shows."""
    info = CityscapesDataset.METAINFO
    names, colors = info["classes"], info["palette"]
    kept = {len(names): names, len(SYNTHIA_16): SYNTHIA_16}.get(num_classes)
    if kept is None:
        return {}
    palette = [list(colors[names.index(name)]) for name in kept]
    return dict(dataset_meta=dict(classes=list(kept), palette=palette))
