"""The rooms of the package: arrows go down only, and no file is long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mmseg_uda"
LONGEST = 300


@cache
def _sources() -> dict[str, Path]:
    """The modules of the package by their dotted names."""
    named = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        named[".".join(p for p in parts if p != "__init__")] = path
    return named


def _imported(name: str, path: Path) -> Iterator[str]:
    """Yield the modules of this package that one imports, also inside functions."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level]
            start = ".".join(above) if node.level else ""
            base = ".".join(filter(None, [start, node.module]))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _room(module: str) -> str | None:
    """The room of a module, a folder or file right below the package."""
    first, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    inside = first == "mmseg_uda" and f"mmseg_uda.{name}" in _sources()
    return name if inside else None


def _arrows() -> dict[str, set[str]]:
    """Which rooms each room imports."""
    arrows: dict[str, set[str]] = {}
    for name, path in _sources().items():
        if room := _room(name):
            seen = {_room(module) for module in _imported(name, path)}
            arrows.setdefault(room, set()).update(seen - {room, None})
    return arrows


def _below(room: str, arrows: dict[str, set[str]]) -> set[str]:
    """All rooms that one imports, by way of others as well."""
    found, open_ones = set(), [room]
    while open_ones:
        new = arrows.get(open_ones.pop(), set()) - found
        found |= new
        open_ones += new
    return found


def test_rooms__are_as_the_docs_draw_them():
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text("utf-8")
    picture = text.split("flowchart TD")[1].split("```")[0]
    drawn: dict[str, set[str]] = {}
    for line in filter(None, map(str.strip, picture.split("\n"))):
        above, below = line.split(" --> ")
        drawn.setdefault(above, set()).add(below)
    files = {"parts", "registry", "version", "__main__"}
    real = {a: below - files for a, below in _arrows().items() if a not in files}
    assert {a for a, below in drawn.items() if below - real[a]} == set()  # none made up
    missing = {a: below - _below(a, drawn) for a, below in real.items()}
    assert {a: below for a, below in missing.items() if below} == {}


def test_rooms__arrows_go_down_only():
    arrows = _arrows()
    assert "utils" in arrows["engine"]  # arrows are found at all
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        pytest.fail(f"rooms import each other in a circle: {circle}")


def test_utils__know_no_other_room():
    for name, path in _sources().items():
        if _room(name) == "utils":
            rooms = {_room(module) for module in _imported(name, path)}
            assert rooms <= {"utils", None}, name


def test_rooms__none_is_more_than_a_fifth():
    lines: dict[str, int] = {}
    for name, path in _sources().items():
        room = _room(name) or ""
        count = len(path.read_text("utf-8").splitlines())
        lines[room] = lines.get(room, 0) + count
    assert {r: n for r, n in lines.items() if n > sum(lines.values()) / 5} == {}


def test_files__are_short():
    lines = {
        name: len(path.read_text("utf-8").splitlines())
        for name, path in _sources().items()
    }
    assert {name: count for name, count in lines.items() if count >= LONGEST} == {}
