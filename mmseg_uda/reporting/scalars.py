"""What a training has logged: ``vis_data/scalars.json`` of mmengine."""

import json
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path

#: Points (iteration, value) by name.
Series = Mapping[str, Sequence[tuple[int, float]]]


def read_scalars(files: Sequence[Path]) -> list[dict]:
    """Read the entries of a training, which may have been resumed.

    A resumed training begins a new file. What the one before logged behind that point
    was trained again, so it is left out. The point is behind a validation that the
    resumed training only made up for. A last line that is still being written, or
    that a kill has cut, is left out as well.

    Args:
        files: The files, the oldest first.

    Returns:
        The entries in their order. Those of training have ``iter``, all have ``step``.
    """
    entries: list[dict] = []
    for file in files:
        new = [entry for entry in map(_parsed, _lines(file)) if entry]
        if new:
            first = min(_step(entry) for entry in new)
            trained = min((_step(e) for e in new if "iter" in e), default=first + 1)
            entries = [
                e for e in entries if _step(e) < (trained if "iter" in e else first)
            ]
        entries += new
    return entries


def without_validations(entries: Sequence[Mapping]) -> dict[str, list]:
    """Return what the entries of training hold, by name.

    Args:
        entries: As :func:`read_scalars` returns them.
    """
    series: dict[str, list[tuple[int, float]]] = {}
    for entry in entries:
        if "iter" not in entry:
            continue
        for name, value in entry.items():
            if name not in ("iter", "step", "epoch") and isinstance(value, Real):
                series.setdefault(name, []).append((entry["iter"], float(value)))
    return series


def series_of_history(history: Sequence[Mapping]) -> dict[str, list]:
    """Return the scores of validations by name; what is not finite becomes nan."""
    series: dict[str, list[tuple[int, float]]] = {}
    for result in history:
        for name, value in result.items():
            if name != "iter":
                number = float("nan") if value is None else float(value)
                series.setdefault(name, []).append((result["iter"], number))
    return series


def _step(entry: Mapping) -> int:
    return entry.get("step", 0)


def _lines(file: Path) -> list[str]:
    return file.read_text(errors="replace").splitlines()


def _parsed(line: str) -> dict:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
