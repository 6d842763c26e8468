"""Options that are a dict or a number, with errors that name them."""

import inspect
import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, TypeVar

from mmseg_uda.suggestions import did_you_mean

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
    for name in options:
        if name not in parameters:
            raise ValueError(
                f"{what} has no option {name!r}; it takes: {takes}."
                + did_you_mean(name, parameters)
            )
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in options:
            raise ValueError(f"{what} needs the option {name!r}, got {dict(options)}")
    return cls(**options)


def check_number(what: str, value: Any, lowest: float = -math.inf) -> None:
    """Refuse an option that is no finite number, or one below the lowest allowed.

    Raises:
        ValueError: If it is.
    """
    if isinstance(value, Real) and math.isfinite(value) and value >= lowest:
        return
    bound = "" if lowest == -math.inf else f" >= {lowest:g}"
    raise ValueError(f"{what} must be a number{bound}, got {value!r}")
