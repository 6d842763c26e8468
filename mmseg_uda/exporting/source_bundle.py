"""The part of this package that a network needs, as a small package of its own."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Collection, Mapping
from pathlib import Path

from mmengine.fileio import BaseStorageBackend

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.version import __version__

from .module_source import Import, ModuleSource

_OURS = __name__.partition(".")[0]
_STAND_IN = "@CODE@"  # for a hash of the code, in the code
_HEADER = f"""\
# From {_OURS} {__version__} (Apache License 2.0): what this network needs of it,
# written by `mmseg-uda export`, so that it loads where {_OURS} is not installed."""


class SourceBundle:
    """The classes of this package that a config names, with what they need.

    Their files come along cut down to that: no training, no reading of pretrained
    weights. Classes are registered under names of their own, ``<class>_<code>``, and
    the package is called ``<prefix>_<code>``, where ``code`` is a hash of all files:
    exports of several versions, and this package, can be loaded in one process. A
    storage backend of mmengine is registered under such a name as well.

    Args:
        classes: Classes of this package.
        prefix: How the package's name begins.

    Attributes:
        name: Name of the package.
        files: Texts by file name.
    """

    def __init__(self, classes: Collection[type], prefix: str) -> None:
        classes = sorted(set(classes), key=lambda kind: kind.__name__)
        wanted: dict[str, set[str]] = {}
        for kind in classes:
            wanted.setdefault(kind.__module__, set()).add(kind.__name__)
        modules = _closure(wanted)
        files = {
            f"{_file_of(name)}.py": _text_of(_source(name), names)
            for name, names in sorted(modules.items())
        }
        lines = [
            f"from .{_file_of(kind.__module__)} import {kind.__name__}"
            for kind in classes
        ]
        backends = [kind for kind in classes if issubclass(kind, BaseStorageBackend)]
        if backends:
            lines.insert(0, "from mmengine.fileio import register_backend\n")
        registering = [
            f'register_backend("{kind.__name__}_{_STAND_IN}", {kind.__name__})'
            for kind in backends
        ]
        exported = ", ".join(f'"{kind.__name__}"' for kind in classes)
        files["__init__.py"] = "\n".join(
            [_HEADER, "", *lines, "", f"__all__ = [{exported}]", *registering, ""]
        )
        everything = "\0".join(f"{n}\0{files[n]}" for n in sorted(files))
        self.code = hashlib.sha256(everything.encode()).hexdigest()[:8]
        self.name = f"{prefix}_{self.code}"
        self.files = {n: t.replace(_STAND_IN, self.code) for n, t in files.items()}

    def registered(self, kind: type) -> str:
        """Return the name that a class of the bundle is registered under."""
        return f"{kind.__name__}_{self.code}"

    def write(self, folder: str | Path) -> None:
        """Write the package into a folder."""
        for name, text in self.files.items():
            write_atomic(Path(folder, self.name, name), text)


def _closure(wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return all names that are needed, by the module of ours that defines them."""
    modules: dict[str, set[str]] = {}
    waiting = [(module, name) for module, names in wanted.items() for name in names]
    while waiting:
        module, name = waiting.pop()
        if name in modules.setdefault(module, set()):
            continue
        modules[module].add(name)
        for found in _source(module).needed([name])[1]:
            waiting += _ours(found)
    files = [_file_of(module) for module in modules]
    if len(set(files)) < len(files):
        raise ValueError(f"modules of one name: {', '.join(sorted(modules))}")
    return modules


def _source(module: str) -> ModuleSource:
    return ModuleSource(importlib.import_module(module))


def _ours(found: Import) -> list[tuple[str, str]]:
    """Return module and name of what an import takes of this package.

    Of a module that is what is read of it.
    """
    module, name = found.module, found.original
    if module.partition(".")[0] != _OURS or name is None:
        return []
    source = _source(module)
    if name in source.definitions:
        return [(module, name)]
    if name in source.imports:  # a package that hands it on
        return _ours(source.imports[name])
    return [(f"{module}.{name}", attribute) for attribute in sorted(found.attributes)]


def _text_of(source: ModuleSource, names: Collection[str]) -> str:
    """Return the file of a module, with what names of it need."""
    nodes, imports = source.needed(names)
    texts = [source.text(n, lambda name: f"{name}_{_STAND_IN}") for n in nodes]
    lines = [_import_line(found) for found in imports]
    # relative imports behind the others
    lines.sort(key=lambda line: line.startswith("from ."))
    head = "\n".join([_HEADER, "from __future__ import annotations", "", *lines])
    return "\n\n\n".join([head, *texts]) + "\n"


def _import_line(found: Import) -> str:
    module, name = found.module, found.original
    if name is None:
        plain = found.name == module.partition(".")[0] == module
        return f"import {module}" if plain else f"import {module} as {found.name}"
    ours = _ours(found)
    if ours and found.attributes and _file_of(ours[0][0]) == name:
        module = "."
    elif ours:
        module, name = f".{_file_of(ours[0][0])}", ours[0][1]
    renamed = "" if name == found.name else f" as {found.name}"
    return f"from {module} import {name}{renamed}"


def _file_of(module: str) -> str:
    """Return the file that a module of ours gets: its last name."""
    return module.rpartition(".")[2]
