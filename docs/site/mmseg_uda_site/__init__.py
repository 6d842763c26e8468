"""What this project's site needs beside Sphinx and MyST."""

from sphinx.application import Sphinx

from . import drawings, generated, links, mathml, names, navigation


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    for part in (drawings, generated, links, mathml, names, navigation):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
