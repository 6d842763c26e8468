"""One page of a run: what it is, what it scored, how it went, and what looks wrong."""

from .control import comparison_of
from .page import render_page
from .run_record import RunRecord, read_run
from .run_view import RunView, view_of
from .samples import draw_samples

__all__ = [
    "RunRecord",
    "RunView",
    "comparison_of",
    "draw_samples",
    "read_run",
    "render_page",
    "view_of",
]
