"""Figures of matplotlib as files."""

import io
from typing import Any


def png_bytes(figure: Any) -> bytes:
    """Return a matplotlib figure as a PNG file without a date or a version."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
