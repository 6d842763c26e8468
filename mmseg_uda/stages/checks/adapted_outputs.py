"""Whether the files that ``tools/adapt_bn.py`` is to write may be written."""

import json
from pathlib import Path

from mmseg_uda.utils.atomic_files import check_writable

from ..errors import StageError


def check_outputs(
    checkpoint: Path, out: Path, report: Path | None, overwrite: bool
) -> None:
    """Check that nothing is lost to the files to write, before the work is done.

    Args:
        checkpoint: The checkpoint to adapt.
        out: Checkpoint to write, ``--out``.
        report: JSON to write, ``--json``, if any.
        overwrite: Whether files may be replaced: ``report`` by a report alone.

    Raises:
        StageError: If a file is in the way, or both are one.
        OSError: If a folder cannot be written.
    """
    for option, file in (("--out", out), ("--json", report)):
        if file is None:
            continue
        if file.is_dir():
            raise StageError(f"{option} {file} is a folder; give a file")
        if file.exists() and file.samefile(checkpoint):
            raise StageError(
                f"{option} {file} is the checkpoint to adapt; give another"
            )
        if file.exists() and not overwrite:
            raise StageError(
                f"{option} {file} exists; choose another file, or replace it with "
                "--overwrite"
            )
        check_writable(file.parent, option)
    if report is not None:
        _check_report(out, report)


def _check_report(out: Path, report: Path) -> None:
    if out.resolve() == report.resolve():
        raise StageError(
            f"--out and --json are one file, {out}: the report would replace the "
            "checkpoint; give another file to one of them"
        )
    if report.exists() and not _is_report(report):
        raise StageError(
            f"--json {report} exists and is no report of this tool, so --overwrite "
            "does not replace it; choose another file, or remove that one"
        )


def _is_report(file: Path) -> bool:
    """Whether a file is a report of this tool, or empty; no weights are read whole."""
    with open(file, "rb") as opened:
        if opened.read(1) not in (b"", b"{"):
            return False
    try:
        content = json.loads(file.read_bytes() or b"null")
    except ValueError:
        return False
    return content is None or (isinstance(content, dict) and "moved" in content)
