"""A config file and those that it inherits, as they stand: nothing is executed."""

import ast
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import mmengine

from mmseg_uda.utils.shipped import shipped_config

_BASE = "_base_"
_FOLDER = re.compile(r"\{\{\s*fileDirname\s*\}\}")
_INHERITED = re.compile(rf"{_BASE}\s*\.\s*(\w+)")
# a file of an installed package, or one that the environment decides on
_ELSEWHERE = re.compile(r"::|\{\{")


@dataclass(frozen=True)
class ConfigFile:
    """A config file, or a place where one is said to be; iterates over its chain.

    Attributes:
        path: The file.
        given: How its heir names it.
        heirs: The files that lead to it, the leaf first.
    """

    path: Path
    given: str = ""
    heirs: tuple[Path, ...] = ()

    @property
    def is_loop(self) -> bool:
        """Whether the file inherits itself."""
        return self.path in self.heirs

    @cached_property
    def keys(self) -> frozenset[str]:
        """The top-level keys that the file itself sets."""
        return frozenset(self._content[1])

    @cached_property
    def uses(self) -> frozenset[str]:
        """The names that the file makes use of, be they its own or inherited."""
        try:
            text = self.path.read_text(encoding="utf-8")
            inherited = frozenset(_INHERITED.findall(text))
            nodes = ast.walk(ast.parse(text)) if self.path.suffix == ".py" else ()
            names = [node for node in nodes if isinstance(node, ast.Name)]
        except (OSError, ValueError, SyntaxError):
            return frozenset()
        return inherited | {n.id for n in names if isinstance(n.ctx, ast.Load)}

    @cached_property
    def bases(self) -> tuple["ConfigFile", ...]:
        """The files in its ``_base_`` as far as the text alone tells them."""
        if self.is_loop:
            return ()
        given = self._content[0]
        names = given if isinstance(given, list | tuple) else [given]
        heirs = (*self.heirs, self.path)
        return tuple(
            ConfigFile(_resolved(path), name, heirs)
            for name in names
            if isinstance(name, str) and (path := self._place_of(name)) is not None
        )

    def _place_of(self, name: str) -> Path | None:
        """Return where a base of that name lies, None if the text does not tell."""
        shipped = shipped_config(name)
        if shipped is not None or _ELSEWHERE.search(name):
            return shipped
        return self.path.parent / name

    @cached_property
    def _content(self) -> tuple[Any, set[str]]:
        try:
            if self.path.suffix == ".py":
                return _of_python(self.path)
            content = mmengine.load(str(self.path))
        except Exception:  # mmengine has refused the file before, and says why
            return None, set()
        named = set(content) if isinstance(content, Mapping) else set()
        return (content[_BASE] if _BASE in named else None), named - {_BASE}

    def __iter__(self) -> Iterator["ConfigFile"]:
        """Yield the file and all that it inherits, the nearest first."""
        yield self
        for base in self.bases:
            yield from base

    def with_key(self, key: str) -> "ConfigFile | None":
        """Return the file in which a key of this one is set last, if there is one."""
        return next((file for file in self if key in file.keys), None)


def config_tree(path: Path) -> ConfigFile:
    """Return a config file with those that it inherits."""
    return ConfigFile(_resolved(path))


def _resolved(path: Path) -> Path:
    # not Path.resolve: a link's own folder is what mmengine goes by
    return Path(os.path.abspath(path.expanduser()))


def _of_python(path: Path) -> tuple[Any, set[str]]:
    """Return the ``_base_`` and the keys of a file in text form."""
    text = _FOLDER.sub(path.parent.as_posix(), path.read_text(encoding="utf-8"))
    base, keys = None, set()
    for statement in ast.parse(text).body:
        for name in _assigned(statement):
            if name == _BASE:
                base = ast.literal_eval(statement.value)
            else:
                keys.add(name)
    return base, keys


def _assigned(statement: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]
