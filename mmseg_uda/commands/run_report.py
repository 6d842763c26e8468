"""What ``mmseg-uda report`` does."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmseg_uda.reporting import (
    RunView,
    comparison_of,
    draw_samples,
    read_run,
    render_page,
    view_of,
)
from mmseg_uda.reporting.score_tables import score_tables
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.wording import counted

_PAGE = "report.html"


def report(
    folders: Sequence[str],
    against: str | None = None,
    out: str | None = None,
    samples: int = 0,
    device: str | None = None,
) -> Path:
    """Write the page of runs and say what is on it.

    Args:
        folders: Folders of runs.
        against: Folder of a run to compare with, None for none.
        out: The page; None for one in the first folder.
        samples: How many images are predicted and shown.
        device: Device that predicts.

    Returns:
        The page.

    Raises:
        FileNotFoundError: If a folder is not there, or holds no run.
        ValueError: If a file of a run is damaged, or there is no such device.
        OSError: If the page cannot be written.
    """
    runs = [read_run(folder) for folder in dict.fromkeys(folders)]
    control = None if against is None else read_run(against)
    draw = None
    if samples:
        draw = partial(draw_samples, count=samples, device=choose_device(device))
    views = [view_of(run, control, draw) for run in runs]
    comparison = None
    if len(runs) > 1:
        comparison = score_tables(comparison_of(runs, control), bars=False)
    page = Path(runs[0].folder, _PAGE) if out is None else Path(out)
    text = render_page(views, comparison)
    write_atomic(page, text)
    for view in views:
        _tell(view)
    print(f"{page} ({len(text.encode()) / 1e6:.1f} MB)")
    return page


def _tell(view: RunView) -> None:
    """Say on the terminal what most matters of a run."""
    curves = counted(sum(stage.curves for stage in view.stages), "curve")
    print(f"{view.label}: {view.state}, {counted(len(view.stages), 'stage')}, {curves}")
    for finding in view.findings:
        if finding.level == "problem":
            where = f"{finding.stage}: " if finding.stage else ""
            print(f"  {finding.level}: {where}{finding.text} {finding.remedy}")
    if view.no_samples:
        print(f"warning: no pictures: {view.no_samples}", file=sys.stderr)
