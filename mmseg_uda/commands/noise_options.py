"""Noise of Lipschitz maps on a command line."""

import ast
from typing import Any


def parse_noise(text: str) -> dict[str, Any]:
    """Read options such as ``kind=gaussian_clip,eps=2,unit=rms,num_samples=4``.

    Raises:
        ValueError: If that is not ``KEY=VALUE``, with commas between several, or has a
            key twice.
    """
    options: dict[str, Any] = {}
    for pair in text.split(","):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not key or not equals or not value:
            raise ValueError(
                f"noise is KEY=VALUE,KEY=VALUE,... without spaces, such as "
                f"kind=gaussian_clip,eps=2; got {text!r}"
            )
        if key in options:
            raise ValueError(f"noise {text!r} has {key!r} twice")
        options[key] = _value(value)
    return options


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
