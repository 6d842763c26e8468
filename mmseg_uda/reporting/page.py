"""The page: one HTML file that holds all it shows."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mmseg_uda.version import __version__

from . import chart
from .run_view import RunView
from .score_tables import ScoreTables
from .thinned import MOST

_TEMPLATES = Path(__file__).with_name("templates")


def render_page(runs: Sequence[RunView], comparison: ScoreTables | None = None) -> str:
    """Write the page of runs.

    All that comes from configs, records, logs and paths is escaped. The page asks for
    nothing from anywhere, which it forbids itself as well.

    Args:
        runs: The runs, one or more.
        comparison: Their scores side by side, of several.

    Returns:
        HTML.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"score": score, "signed": signed, "bar": bar}
    environment.globals |= {"size": chart, "most": MOST}
    return environment.get_template("report.html").render(
        runs=runs,
        comparison=comparison,
        title=", ".join(run.label for run in runs),
        made=f"{datetime.now():%Y-%m-%d %H:%M}",
        version=__version__,
        style=_own("report.css"),
        script=_own("report.js"),
    )


def score(value: float | None) -> str:
    """Write a percentage; a dash if there is none."""
    return "\N{EN DASH}" if _missing(value) else f"{value:.2f}"


def signed(value: float | None) -> str:
    """Write a difference of percentages with its sign; nothing if there is none."""
    return "" if _missing(value) else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def bar(value: float | None, span: float) -> tuple[float, float]:
    """Return where the bar of a gain begins and how long it is, in percent of a cell.

    Args:
        value: The gain in points, None for none.
        span: Points that half of the cell stands for.
    """
    if _missing(value):
        return 50.0, 0.0
    length = min(50.0, 50 * abs(value) / span)
    return (50.0 if value > 0 else 50 - length), length


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _own(name: str) -> Markup:
    """Return a file of ours that goes into the page as it is."""
    return Markup((_TEMPLATES / name).read_text("utf-8"))
