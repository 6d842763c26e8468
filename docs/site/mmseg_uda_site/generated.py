"""Parts of pages that are made when the site is built, so that they can't go stale.

A comment in a page says what stands in its place:

- ``<!-- parts: mmseg_uda.models.maps -->``: all that is registered by that package;
- ``<!-- parts: mmseg_uda.datasets DATASETS -->``: of these, what is in that registry;
- ``<!-- exports: mmseg_uda.models.losses -->``: all that the package exports;
- ``<!-- members: mmseg_uda.stages.BaseStage -->``: a class with its methods;
- ``<!-- commands -->``: the help of every command.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from unittest.mock import patch

import mmengine.registry
import mmseg.registry
from mmengine.registry import Registry
from sphinx.application import Sphinx

import mmseg_uda.parts
import mmseg_uda.registry
from mmseg_uda.commands.main import COMMANDS, main

_MARK = re.compile(r"^<!-- (\w+)(?:: ([\w. ]+))? -->$", re.MULTILINE)
_COLUMNS = "88"


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("source-read", _fill_in)


def _fill_in(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = _MARK.sub(lambda mark: _made(*mark.groups()) or mark[0], source[0])


def _made(kind: str, name: str | None) -> str | None:
    makers = {"parts": _parts, "exports": _exports, "members": _members}
    if kind == "commands":
        return _commands()
    return makers[kind](name) if kind in makers else None


def registered(registry: str | None = None) -> dict[str, type]:
    """Return this project's registered parts by their dotted names, as exported.

    Args:
        registry: Name of the registry's variable; None for all.
    """
    parts = {}
    for name, found in _registries():
        for part in found.module_dict.values() if registry in (None, name) else ():
            if part.__module__.startswith("mmseg_uda."):
                parts[_exported_as(part)] = part
    return dict(sorted(parts.items()))


def _registries() -> Iterator[tuple[str, Registry]]:
    """Yield this project's, mmseg's and mmengine's, by the names of their variables."""
    for module in (mmseg_uda.registry, mmseg.registry, mmengine.registry):
        for name, value in vars(module).items():
            if isinstance(value, Registry):
                yield name, value


def _exported_as(part: type) -> str:
    """Return the shortest dotted name that a part can be imported by."""
    module = part.__module__
    while True:
        package = module.rpartition(".")[0]
        if getattr(sys.modules.get(package), part.__name__, None) is not part:
            return f"{module}.{part.__name__}"
        module = package


def _parts(where: str) -> str:
    package, _, registry = where.partition(" ")
    names = [
        name
        for name, part in registered(registry or None).items()
        if part.__module__.startswith(f"{package}.")
    ]
    if not names:
        raise ValueError(f"no part is registered by {where}: {list(registered())}")
    return "\n".join(_autodoc(f"autoclass:: {name}") for name in names)


def _exports(package: str) -> str:
    module = import_module(package)
    blocks = []
    for name in sorted(module.__all__):
        value = getattr(module, name)
        kind = "class" if isinstance(value, type) else "function"
        if callable(value):
            blocks.append(_autodoc(f"auto{kind}:: {package}.{name}"))
    return "\n".join(blocks)


def _members(name: str) -> str:
    return _autodoc(f"autoclass:: {name}", "   :members:")


def _autodoc(*lines: str) -> str:
    return "\n".join(["```{eval-rst}", f".. {lines[0]}", *lines[1:], "```", ""])


def _commands() -> str:
    """Return a section a command, with its help."""
    sections = []
    for name, (_, does) in COMMANDS.items():
        text = help_of(name)
        sections.append(f"## {name}\n\n{does.capitalize()}.\n\n```text\n{text}```\n")
    return "\n".join(sections)


def help_of(command: str) -> str:
    """Return what ``mmseg-uda COMMAND --help`` prints."""
    printed = StringIO()
    with (
        redirect_stdout(printed),
        patch.dict(os.environ, COLUMNS=_COLUMNS, NO_COLOR="1"),
        patch.object(sys, "argv", ["mmseg-uda"]),
    ):
        try:
            main(argv=[command, "--help"])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"mmseg-uda {command} --help failed") from end
    return printed.getvalue()
