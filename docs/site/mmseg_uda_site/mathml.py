"""Formulas as MathML, which browsers draw by themselves: no script, no network."""

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def setup(app: Sphinx) -> None:
    """Register the renderer."""
    app.add_html_math_renderer(
        "built_in_mathml",
        inline_renderers=(_inline, None),
        block_renderers=(_block, None),
    )


def mathml(tex: str, block: bool) -> str:
    r"""Return a formula as MathML.

    Args:
        tex: The formula. Lines that are to stand below each other end with ``\\``.
        block: In a paragraph of its own.

    Raises:
        ValueError: If docutils cannot read it.
    """
    if block and r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    try:
        return latex2mathml.tex2mathml(tex, as_block=block)
    except Exception as error:
        raise ValueError(f"a formula cannot be drawn: {error}\n{tex}") from error


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _block(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(mathml(node.astext(), block=True))
    raise nodes.SkipNode
