"""Links to files that are no page of the site: configs, tools, sources, folders.

Where setup.cfg names the repository (``url``), they lead there; where it does not, the
text stays without a link. A link to a file that is not there is a warning.
"""

from configparser import ConfigParser
from pathlib import Path
from urllib.parse import urldefrag

from docutils import nodes
from sphinx.addnodes import download_reference, pending_xref
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register it."""
    # before Sphinx collects the files of download references
    app.connect("doctree-read", _rewrite, priority=100)


def repository(root: Path) -> str | None:
    """Return the repository's address without a slash at its end, None if unknown.

    Args:
        root: Folder with setup.cfg.
    """
    parser = ConfigParser()
    parser.read(root / "setup.cfg", encoding="utf-8")
    url = parser.get("metadata", "url", fallback="").strip()
    return url.rstrip("/") or None


def address(path: Path, root: Path) -> str | None:
    """Return the web address of a file or folder, None if there is none.

    Args:
        path: A file or a folder below ``root``.
        root: Folder of the repository.
    """
    url = repository(root)
    if url is None:
        return None
    path = path.resolve()
    kind = "tree" if path.is_dir() else "blob"
    return f"{url}/{kind}/main/{path.relative_to(root.resolve()).as_posix()}"


def _rewrite(app: Sphinx, doctree: nodes.document) -> None:
    page, root = Path(app.env.doc2path(app.env.docname)), Path(app.srcdir)
    for node in list(doctree.findall(_leads_to_a_file)):
        target, _ = urldefrag(node["reftarget"])
        new = _linked(node, page.parent / target, root) if target else None
        if new is not None:
            node.replace_self(new)


def _leads_to_a_file(node: nodes.Node) -> bool:
    """Return whether a node is a link to a file, or to what MyST has not found."""
    unknown = isinstance(node, pending_xref) and node.get("reftype") == "myst"
    return unknown or isinstance(node, download_reference)


def _linked(node: nodes.Element, path: Path, root: Path) -> nodes.Node | None:
    """Return what takes the node's place, None if there is no such file or folder."""
    if not path.exists():
        return None
    url = address(path, root)
    if url is None:
        return nodes.inline("", "", *node.children)
    return nodes.reference("", "", *node.children, refuri=url)
