"""The modules that a config names in ``custom_imports``."""

import importlib
import warnings
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from ..errors import StageError
from .import_errors import why_not_imported

_OURS = "mmseg_uda"
_KEYS = ("imports", "allow_failed_imports")
_FORM = "dict(imports=['my_module'], allow_failed_imports=False)"


def import_own_modules(cfg: Config) -> None:
    """Import what a config names in ``custom_imports``, and add mmseg_uda to it.

    Args:
        cfg: Any config; changed in place.

    Raises:
        StageError: If ``custom_imports`` has another form than mmengine's, or a module
            cannot be imported. With ``allow_failed_imports`` one that is not there, or
            misses a package, is left out with a warning, as in mmengine.
    """
    given = cfg.get("custom_imports") or {}
    modules, may_fail = _read(given, str(cfg.filename))
    for module in modules:
        try:
            importlib.import_module(module)
        except (Exception, SystemExit) as error:  # a module may fail in any way
            why = why_not_imported(module, error, cfg.filename)
            if not (may_fail and isinstance(error, ImportError)):
                raise StageError(f"{cfg.filename}: custom_imports: {why}") from error
            warnings.warn(f"{why} (allowed to fail, so left out)", stacklevel=2)
    if _OURS not in modules:
        modules = [_OURS, *modules]
    cfg.custom_imports = {"imports": modules, "allow_failed_imports": may_fail}


def _read(given: Any, file: str) -> tuple[list[str], bool]:
    """Return the modules, and whether they may fail."""
    if not isinstance(given, Mapping) or not set(given).issubset(_KEYS):
        raise StageError(f"{file}: custom_imports must be {_FORM}, got {given!r}")
    modules = given.get("imports") or []
    modules = [modules] if isinstance(modules, str) else modules
    is_list = isinstance(modules, list | tuple)
    if not is_list or not all(isinstance(module, str) for module in modules):
        raise StageError(
            f"{file}: custom_imports.imports must be a module or a list of modules, "
            f"each by its name, got {modules!r}"
        )
    odd = [module for module in modules if not _is_name(module)]
    if odd:
        raise StageError(
            f"{file}: custom_imports names the module '{odd[0]}'; a module is named as "
            "in an import statement: 'folder.file' for folder/file.py"
        )
    return list(modules), bool(given.get("allow_failed_imports", False))


def _is_name(module: str) -> bool:
    parts = module.split(".")
    return parts[1:] != ["py"] and all(part.isidentifier() for part in parts)
