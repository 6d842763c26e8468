"""What mmengine's errors of building a part from a config mean."""

import re
import traceback
from typing import Any

from mmengine.registry import build_from_cfg

from .signatures import known_arguments, registry_named, unknown_argument, unknown_type

_UNKNOWN_TYPE = re.compile(r"(\S+) is not in the (\S+?)::(.+?) registry")
_UNKNOWN_ARGUMENT = re.compile(r"got an unexpected keyword argument '(\w+)'")
_MISSING_ARGUMENT = re.compile(r"missing \d+ required .*argument")


def from_building(error: BaseException) -> str | None:
    """Explain an unknown type or a wrong argument of a part, None for other errors."""
    if isinstance(error, KeyError):
        found = _UNKNOWN_TYPE.search(str(error))
        if found is None:
            return None
        name, scope, kind = found.groups()
        registry = registry_named(scope, kind)
        if registry is None:
            return found[0]
        return unknown_type(name.strip("'\""), registry)
    return wrong_argument(error, _part_being_built(error))


def wrong_argument(error: BaseException, part: Any) -> str | None:
    """Explain a wrong argument of the class ``part``, None for other errors."""
    if part is None or not isinstance(error, TypeError):
        return None
    found = _UNKNOWN_ARGUMENT.search(str(error))
    if found is not None and found[1] not in (known_arguments(part) or ()):
        return unknown_argument(part, found[1])
    missing = _MISSING_ARGUMENT.search(str(error))
    if missing is not None and f"{part.__name__}.__init__()" in str(error):
        names = re.findall(r"'(\w+)'", str(error)[missing.start() :])
        return f"{part.__name__} needs {' and '.join(names)}, which the config lacks"
    return f"{part.__name__}: {error}" if found is not None or missing else None


def _part_being_built(error: BaseException) -> Any:
    """Return the class that mmengine was calling when an error came up, if any."""
    part = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code is build_from_cfg.__code__:
            part = frame.f_locals.get("obj_cls")
    return part
