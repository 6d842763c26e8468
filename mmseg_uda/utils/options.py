"""Options that are a dict, a number or a flag, with errors that name them."""

import inspect
import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any, TypeVar

from mmseg_uda.utils.suggestions import did_you_mean

_Built = TypeVar("_Built")


def from_options(cls: type[_Built], what: str, options: Any) -> _Built:
    """Build a plain class from an option that holds its arguments.

    Args:
        cls: What to build.
        what: What the option is called.
        options: Arguments of ``cls`` by name.

    Raises:
        ValueError: If that is no dict, ``cls`` has no such argument, or one that it
            needs is missing; and what ``cls`` itself finds wrong.
    """
    parameters = inspect.signature(cls).parameters
    takes = ", ".join(parameters)
    if not isinstance(options, Mapping):
        raise ValueError(f"{what} must be a dict (of {takes}), got {options!r}")
    check_known(what, options, parameters)
    check_flags(f"{what} ", cls, options)
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in options:
            raise ValueError(f"{what} needs the option {name!r}, got {dict(options)}")
    return cls(**options)


def check_known(what: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names of options that there are not.

    Args:
        what: Whose options they are.
        options: The names that are given.
        known: Those that there are.

    Raises:
        ValueError: If one is unknown; says which there are, and which may be meant.
    """
    known = [*known]
    for name in options:
        if name not in known:
            raise ValueError(
                f"{what} has no option {name!r}; it takes: {', '.join(known)}."
                + did_you_mean(name, known)
            )


def check_flags(of: str, cls: type, options: Mapping[str, Any]) -> None:
    """Refuse values that are neither true nor false for arguments that are.

    Python takes any text for true, ``fool=no`` on a command line as well.

    Args:
        of: Whose options they are, with a space behind.
        cls: Class that takes them; where its ``__init__`` hands arguments on, its
            bases, too.
        options: Values by name.

    Raises:
        ValueError: If there is one.
    """
    for name in _flags(cls) & options.keys():
        if options[name] not in (False, True):
            raise ValueError(f"{of}{name} must be True or False, got {options[name]!r}")


def _flags(cls: type) -> set[str]:
    """Names of a class's arguments that are annotated as ``bool``."""
    found: dict[str, bool] = {}
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            for name, parameter in inspect.signature(base.__init__).parameters.items():
                found.setdefault(name, parameter.annotation in (bool, "bool"))
    return {name for name, is_flag in found.items() if is_flag}


def check_number(what: str, value: Any, lowest: float = -math.inf) -> None:
    """Refuse an option that is no finite number, or one below the lowest allowed.

    Raises:
        ValueError: If it is.
    """
    if isinstance(value, Real) and math.isfinite(value) and value >= lowest:
        return
    bound = "" if lowest == -math.inf else f" >= {lowest:g}"
    raise ValueError(f"{what} must be a number{bound}, got {value!r}")


def check_count(what: str, value: Any) -> None:
    """Refuse an option that is no whole number of 1 or more.

    Raises:
        ValueError: If it is.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or value < 1:
        raise ValueError(f"{what} must be a whole number >= 1, got {value!r}")
