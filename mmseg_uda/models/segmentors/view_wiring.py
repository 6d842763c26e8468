"""Finding what lies behind a view."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn


def views_behind(views: nn.ModuleDict, names: Iterable[str]) -> list[str]:
    """The named views and those that they are made of, each once, the latter last.

    Args:
        views: View parts by name.
        names: Names of some of them.

    Raises:
        ValueError: If a view is made of itself.
    """
    found: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            chain = " -> ".join((*path, name))
            raise ValueError(
                f"view {name!r} is made of itself ({chain}); one of these must be a "
                "view of a domain"
            )
        if name not in found:
            found.append(name)
        for below in views_of(views[name]):
            visit(below, (*path, name))

    for name in names:
        visit(name, ())
    return found


def views_of(view: nn.Module) -> list[str]:
    """Names of the views that a view is made of."""
    return view.views() if hasattr(view, "views") else []


def heads_of(view: nn.Module) -> list[str]:
    """Names of the heads that a view is made with."""
    return view.head_names() if hasattr(view, "head_names") else []


def domains_of(view: nn.Module) -> list[str]:
    """Domains whose images a view takes from the batch itself."""
    named = (getattr(view, option, None) for option in ("domain", "style"))
    return [domain for domain in named if isinstance(domain, str)]
