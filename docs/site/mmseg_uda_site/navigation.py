"""The left column: ``site_navigation`` of conf.py as toctrees.

They stand there and not in the pages, which GitHub shows as they are written.
"""

from fnmatch import fnmatch

from sphinx.application import Sphinx

_TOCTREE = """

```{{toctree}}
:hidden:
{caption}

{pages}
```
"""


def setup(app: Sphinx) -> None:
    """Register it."""
    app.add_config_value("site_navigation", {}, "env", (dict,))
    app.add_config_value("site_subpages", {}, "env", (dict,))
    app.connect("source-read", _append_toctrees)


def _append_toctrees(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname == app.config.root_doc:
        for caption, names in app.config.site_navigation.items():
            source[0] += _toctree(names, app.env.found_docs, caption)
    if docname in app.config.site_subpages:
        names = app.config.site_subpages[docname]
        source[0] += _toctree(names, app.env.found_docs - {docname})


def _toctree(names: list[str], found: set[str], caption: str = "") -> str:
    # from the root, not from the page's folder
    pages = "\n".join(f"/{page}" for page in listed(names, found))
    option = f":caption: {caption}" if caption else ""
    return _TOCTREE.format(caption=option, pages=pages)


def listed(names: list[str], found: set[str]) -> list[str]:
    """Return pages in the order of the names.

    Args:
        names: Of pages; patterns with ``*`` stand for those that no name before has
            given, in their alphabetical order, and may fit none.
        found: All pages.
    """
    pages: dict[str, None] = {}
    for name in names:
        fitting = [page for page in sorted(found) if fnmatch(page, name)]
        pages |= dict.fromkeys(fitting if "*" in name else [name])
    return list(pages)
