"""The documentation site has no warning, no dead link, and lacks nothing."""

from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from html_pages import Page
from mmseg_uda_site.generated import registered
from sphinx.util.inventory import InventoryFile

from mmseg_uda.commands.main import COMMANDS

ROOT = Path(__file__).parents[2]
DOCS = sorted(
    path.relative_to(ROOT).with_suffix(".html").as_posix()
    for path in (ROOT / "docs").rglob("*.md")
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(site) -> dict[str, Page]:
    """All pages by their addresses below the site's folder."""
    return {
        path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")
    }


def test_site__every_page_of_docs_is_in_the_navigation(site, pages):
    first = pages["docs/index.html"]
    linked = {
        (first.path.parent / urldefrag(link)[0]).resolve().relative_to(site).as_posix()
        for link in first.links
        if not urlparse(link).scheme and urldefrag(link)[0]
    }
    assert "docs/faq.html" in DOCS
    missing = set(DOCS) - linked - {"docs/index.html"}
    assert missing == set(), "name them in site_navigation of docs/site/conf.py"


def test_site__every_picture_is_in_the_gallery():
    text = (ROOT / "docs/gallery.md").read_text()
    folders = ("docs/images", "docs/benchmarks")
    pictures = [path for name in folders for path in (ROOT / name).glob("*.png")]
    assert len(pictures) > 10
    missing = [p.name for p in pictures if f"({p.parent.name}/{p.name})" not in text]
    assert missing == []


def test_site__links_lead_somewhere(site, pages):
    dead, checked = [], 0
    for name, page in pages.items():
        for link in page.links:
            if urlparse(link).scheme or link == "#":
                continue
            path, anchor = urldefrag(unquote(link))
            target = (page.path.parent / path).resolve() if path else page.path
            goal = pages.get(target.relative_to(site.resolve()).as_posix())
            checked += 1
            if not target.is_file() or (
                anchor and goal is not None and anchor not in goal.anchors
            ):
                dead.append(f"{name}: {link}")
    assert checked > 1000
    assert dead == []


def test_site__loads_nothing_from_elsewhere(pages):
    for name, page in pages.items():
        for address in page.loaded:
            assert not urlparse(address).scheme, f"{name} loads {address}"
            assert (page.path.parent / urlparse(address).path).is_file(), address


def test_site__has_every_registered_part_once(site, pages):
    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, name: name)
    documented = set(inventory["py:class"])
    parts = registered()
    assert len(parts) > 60
    assert set(parts) - documented == set(), "docs/api has no page that lists them"
    for name in parts:
        places = [page for page in pages.values() if name in page.anchors]
        assert len(places) == 1, name


def test_site__has_every_command_with_its_options(site):
    text = (site / "docs/commands.html").read_text()
    for name in COMMANDS:
        assert f'<section id="{name}">' in text
        assert f"usage: mmseg-uda {name} " in text
    assert "--stage-one-checkpoint" in text


def test_site__draws_diagrams_and_formulas(site):
    drawn = (site / "docs/architecture.html").read_text()
    assert drawn.count('<div class="mermaid-drawing"><svg') == 3
    assert "flowchart LR" not in drawn
    assert "<math " in (site / "docs/api/maps.html").read_text()


def test_site__begins_at_its_root(site):
    assert "docs/index.html" in (site / "index.html").read_text()
