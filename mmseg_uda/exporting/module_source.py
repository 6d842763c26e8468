"""What of a Python file a few names of it need."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from types import ModuleType

# methods that only a training calls: pretrained weights are not read by a network
# that brings its own
_OF_TRAINING = frozenset({"init_weights", "load_pretrained", "in_own_names"})
_MIXINS_OF_TRAINING = frozenset({"PretrainedTrunk"})


@dataclass(frozen=True)
class Import:
    """A name that a file imports.

    Attributes:
        name: What the file calls it.
        module: Full name of the module that it comes from.
        original: What it is called there; None for a module.
        attributes: What is read of it, if it is a module.
    """

    name: str
    module: str
    original: str | None
    attributes: frozenset[str] = frozenset()


class ModuleSource:
    """The source of a module, definition by definition.

    Args:
        module: An imported module with a source file.
    """

    def __init__(self, module: ModuleType) -> None:
        self.name = module.__name__
        with open(module.__file__, encoding="utf-8") as file:
            text = file.read()
        self._lines = text.splitlines()
        tree = ast.parse(text)
        self._is_package = module.__file__.endswith("__init__.py")
        self.imports: dict[str, Import] = {}
        self.definitions: dict[str, ast.stmt] = {}
        for node in tree.body:
            for found in self._imported(node):
                self.imports[found.name] = found
            for name in _defined(node):
                self.definitions[name] = node

    def needed(self, names: Collection[str]) -> tuple[list[ast.stmt], list[Import]]:
        """Return the definitions that names need, in their order, and the imports.

        Args:
            names: Names that the module defines.
        """
        wanted, kept = list(names), {}
        attributes: dict[str, set[str]] = {}
        while wanted:
            name, _, attribute = wanted.pop().partition(".")
            node = self.definitions.get(name)
            if node is None:
                if name in self.imports:
                    attributes.setdefault(name, set()).update(filter(None, [attribute]))
            elif id(node) not in kept:
                kept[id(node)] = node
                wanted += _used(node)
        nodes = sorted(kept.values(), key=lambda node: node.lineno)
        imports = [
            replace(found, attributes=frozenset(attributes[name]))
            for name, found in self.imports.items()
            if name in attributes
        ]
        return nodes, imports

    def text(self, node: ast.stmt, registered: Callable[[str], str]) -> str:
        """Return the source of a definition, without what only a training needs.

        Args:
            node: One of :meth:`needed`.
            registered: Gives the name that a class is registered under.
        """
        first = min([node.lineno, *(d.lineno for d in _decorators(node))])
        left_out = set()
        for part in getattr(node, "body", []):
            if isinstance(node, ast.ClassDef) and _is_of_training(part):
                begin = min([part.lineno, *(d.lineno for d in _decorators(part))])
                left_out.update(range(begin, part.end_lineno + 1))
        lines = [
            self._lines[number - 1]
            for number in range(first, node.end_lineno + 1)
            if number not in left_out
        ]
        text = "\n".join(lines).rstrip()
        if isinstance(node, ast.ClassDef):
            for mixin in _MIXINS_OF_TRAINING:
                text = text.replace(
                    f"class {node.name}({mixin}, ", f"class {node.name}("
                )
            text = text.replace(
                ".register_module()",
                f'.register_module(name="{registered(node.name)}")',
                1,
            )
        return text

    def _imported(self, node: ast.stmt) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                module = alias.name if alias.asname else name
                yield Import(name, module, None)
        elif isinstance(node, ast.ImportFrom):
            module = self._absolute(node)
            for alias in node.names:
                yield Import(alias.asname or alias.name, module, alias.name)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + self._is_package]
        return ".".join([*parts, *filter(None, [node.module])])


def _defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module gives a value."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    names = []
    for target in targets if isinstance(node, ast.Assign | ast.AnnAssign) else ():
        names += [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
    return names


def _used(node: ast.stmt) -> list[str]:
    """Return all names that a definition reads, but for those of a training.

    An attribute of a name is ``name.attribute``.
    """
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            found.append(f"{part.value.id}.{part.attr}")
        elif isinstance(part, ast.Name):
            if part.id not in _MIXINS_OF_TRAINING:
                found.append(part.id)
        elif not (part is not node and _is_of_training(part)):
            waiting += ast.iter_child_nodes(part)
    return found


def _is_of_training(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in _OF_TRAINING


def _decorators(node: ast.AST) -> list[ast.expr]:
    return getattr(node, "decorator_list", [])
