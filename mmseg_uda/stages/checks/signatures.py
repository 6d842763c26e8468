"""Which arguments a part takes, and which part a misspelt name may mean."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import mmseg.registry
from mmengine.hooks import CheckpointHook
from mmengine.registry import Registry

import mmseg_uda.registry
from mmseg_uda.utils.options import check_flags
from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError

# whose **kwargs are known to lead to the class above, or nowhere
_OURS = ("mmengine.", "mmcv.", "mmseg.", "mmseg_uda.")
# arguments that are not written into a config
_SUPPLIED = {"runner", "dataloader", "dataset", "evaluator", "optimizer", "params"}
_LEADS_NOWHERE = (CheckpointHook,)  # they reach save_checkpoint(), which has no use


def known_arguments(part: Any) -> set[str] | None:
    """Return the names of the arguments of a class or function, None if any will do.

    ``**kwargs`` are followed to the class above; mmseg's metrics, for one, drop what
    nobody there takes. A class without any ``__init__`` takes no argument.
    """
    if not inspect.isclass(part):
        return _named(part)[0] if not _named(part)[1] else None
    if part.__init__ is object.__init__ and part.__new__ is object.__new__:
        return set()
    names: set[str] = set()
    for cls in part.__mro__:
        if "__init__" not in vars(cls) or cls is object:
            continue
        more, is_open = _named(cls.__init__)
        names |= more
        if not is_open or cls in _LEADS_NOWHERE:
            return names - {"self"}
        if not cls.__module__.startswith(_OURS):
            return None
    return None


def check_arguments(
    registry: Registry,
    cfg: Mapping[str, Any],
    where: str,
    also: Iterable[str] = (),
) -> None:
    """Check type and argument names of a part without building it.

    Args:
        registry: Registry of that kind of part.
        cfg: Config of the part.
        where: Key of the config, for the message.
        also: Names that are taken out of the config before the part is built.

    Raises:
        StageError: If the type is unknown, or an argument that the part has not, or one
            of ours is neither true nor false that has to be.
    """
    if not isinstance(cfg, Mapping) or "type" not in cfg:
        raise StageError(
            f"{where} must be a dict with a 'type', got {_plain(cfg)}. Is a name in "
            f"it, or in '{where}' itself, misspelt?"
        )
    part = cfg["type"]
    if isinstance(part, str):
        part = registry.get(part)
        if part is None:
            raise StageError(f"{where}: {unknown_type(cfg['type'], registry)}")
    known = known_arguments(part)
    for name in cfg:
        if known is not None and name not in {*known, "type", "_scope_", *also}:
            raise StageError(f"{where}: {unknown_argument(part, str(name))}")
    if inspect.isclass(part) and part.__module__.startswith("mmseg_uda."):
        try:
            check_flags(f"{where}: ", part, cfg)
        except ValueError as error:
            raise StageError(str(error)) from None


def unknown_type(name: str, registry: Registry) -> str:
    """Say that a registry has no part of that name, and what it may mean."""
    names = set(registry.module_dict)
    while registry.parent is not None:
        registry = registry.parent
        names |= set(registry.module_dict)
    return f"there is no {registry.name} called '{name}'." + (
        did_you_mean(name, names)
        or f" There are {', '.join(sorted(names)[:12])}{', ...' * (len(names) > 12)}."
    )


def unknown_argument(part: Any, name: str) -> str:
    """Say that a part has no such argument, and what it may mean."""
    known = sorted((known_arguments(part) or set()) - _SUPPLIED)
    takes = f" It takes {', '.join(known) or 'no argument'}."
    called = getattr(part, "__name__", str(part))
    return f"{called} takes no '{name}'.{did_you_mean(name, known)}{takes}"


def registry_named(scope: str, name: str) -> Registry | None:
    """Find the registry that an error of mmengine names."""
    for module in (mmseg.registry, mmseg_uda.registry):
        for registry in vars(module).values():
            is_one = isinstance(registry, Registry)
            if is_one and (registry.scope, registry.name) == (scope, name):
                return registry
    return None


def _named(function: Any) -> tuple[set[str], bool]:
    """Return the named arguments of a function, and whether it has ``**kwargs``."""
    parameters = inspect.signature(function).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    is_open = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    return {p.name for p in parameters if p.kind in named}, is_open


def _plain(cfg: Any) -> str:
    return repr(cfg.to_dict() if hasattr(cfg, "to_dict") else cfg)
