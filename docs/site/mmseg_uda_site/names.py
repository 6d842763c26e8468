"""Names in docstrings: linked if they are on the site, else checked to exist."""

import sys
from importlib import import_module

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

_OURS = "mmseg_uda"


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("missing-reference", _resolve, priority=200)


def _resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].lstrip(".")
    documented = [
        (entry.docname, entry.node_id)
        for name, entry in env.domains["py"].objects.items()
        if name == target or name.endswith(f".{target}")
    ]
    if len(documented) == 1:
        page, anchor = documented[0]
        return make_refnode(app.builder, node["refdoc"], page, anchor, content)
    inside = f"{node.get('py:class')}.{target}"  # a method of the class itself
    return content if exists(target) or exists(inside) else None


def exists(name: str) -> bool:
    """Return whether a dotted name is that of something in an imported module.

    Args:
        name: Such as ``torch.Tensor``, ``FeatureNoise``, ``View.decode``.
    """
    first, *others = name.split(".")
    starts = [
        getattr(module, first)
        for key, module in list(sys.modules.items())
        if key.partition(".")[0] in (_OURS, "builtins", "typing", "collections")
        and hasattr(module, first)
    ]
    if first in sys.modules:
        starts.append(sys.modules[first])
    return any(_has(start, others) for start in starts)


def _has(value: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(value, name):
            # annotations alone, which dataclasses and protocols have
            annotated = getattr(value, "__annotations__", {})
            try:
                value = annotated.get(name) or import_module(f"{value.__name__}.{name}")
            except (AttributeError, ImportError):
                return False
        else:
            value = getattr(value, name)
    return True
