"""Mermaid's drawings as SVG in the page: no script, no network."""

import re
import subprocess
import sys
from itertools import count

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_IDS = count()


def setup(app: Sphinx) -> None:
    """Register it."""
    app.add_post_transform(_Draw)


class _Draw(SphinxPostTransform):
    """Puts drawings in the place of blocks of code that are written in Mermaid."""

    default_priority = 10  # before anything colours the code
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Do it."""
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language") == "mermaid":
                raw = nodes.raw("", drawing(block.astext()), format="html")
                block.replace_self(raw)


def drawing(text: str) -> str:
    """Return the HTML of a drawing.

    Args:
        text: It, in Mermaid's language.

    Raises:
        ValueError: If Mermaid cannot draw it.
    """
    # a process of its own, as the library complains when its process ends
    done = subprocess.run(
        [sys.executable, "-m", "mermaidx", "--quiet", "--input", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "<svg" not in done.stdout:
        raise ValueError(f"Mermaid cannot draw this: {done.stderr}\n{text}")
    # All drawings come with the same id, by which their styles find them.
    svg = re.sub(r"\bmy-svg\b", f"mermaid-{next(_IDS)}", done.stdout)
    return f'<div class="mermaid-drawing">{svg}</div>'
