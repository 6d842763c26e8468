"""The left column: ``site_navigation`` of conf.py as toctrees.

They stand there and not in the pages, which GitHub shows as they are written.
"""

from fnmatch import fnmatch

from sphinx.application import Sphinx

_TOCTREE = """

```{{toctree}}
:hidden:
{option}

{pages}
```
"""


def setup(app: Sphinx) -> None:
    """Register it."""
    app.add_config_value("site_navigation", {}, "env", (dict,))
    app.add_config_value("site_subpages", {}, "env", (dict,))
    app.add_config_value("site_titles", {}, "env", (dict,))
    app.connect("source-read", _append_toctrees)


def _append_toctrees(app: Sphinx, docname: str, source: list[str]) -> None:
    config, found = app.config, app.env.found_docs
    if docname == config.root_doc:
        for caption, names in config.site_navigation.items():
            pages = listed(names, found)
            source[0] += _toctree(pages, config.site_titles, f":caption: {caption}")
    if docname in config.site_subpages:
        pages = listed(config.site_subpages[docname], found - {docname})
        source[0] += _toctree(pages, config.site_titles)


def _toctree(pages: list[str], titles: dict[str, str], option: str = "") -> str:
    # from the root, not from the page's folder
    lines = [
        f"{titles[page]} </{page}>" if page in titles else f"/{page}" for page in pages
    ]
    return _TOCTREE.format(option=option, pages="\n".join(lines))


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
