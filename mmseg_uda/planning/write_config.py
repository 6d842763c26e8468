"""The text of a planned config."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Any

from .plan import METHODS, Plan

_WIDTH = 88
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_WHY = {
    "metainfo": "names of the classes, in the order of their indices",
    "source": "images with labels",
    "target": "images without",
    "val": "labelled images of the target, for scores alone",
    "network": "tiny, small or base",
    "scale": "(long, short) side that images are made to fit, in their shape",
    "crop_size": "(height, width) of a training crop",
    "iters": "of each training; all schedules go with it",
    "class_shares": "of the labels: which batch norm statistics to trust",
    "class_balance": "classes below this share of a batch count more",
}


def config_text(plan: Plan, made_by: str) -> str:
    """Return a config file of a plan, in at most 40 lines where names allow it.

    Args:
        plan: The plan.
        made_by: First line of the file, without the hash.
    """
    lines = [
        f"# {made_by}",
        f"# {METHODS[plan.method]}. What every entry may be: docs/own_data.md.",
        f'_base_ = "mmseg_uda::_base_/own/{plan.method}.py"',
        "",
        "own = dict(",
    ]
    for key, value in plan.own.items():
        why = f"  # {_WHY[key]}" if key in _WHY else ""
        lines += _entry(key, value, why)
    return "\n".join([*lines, ")", ""])


def _entry(key: str, value: Any, why: str, indent: str = "    ") -> list[str]:
    """Return an entry on one line if it fits, else a line for each of its own."""
    whole = f"{indent}{key}={_literal(value)},"
    if len(whole) + len(why) <= _WIDTH:
        return [whole + why]
    if isinstance(value, dict) and _are_keywords(value):
        inner = [
            line
            for name, entry in value.items()
            for line in _entry(name, entry, "", indent + "    ")
        ]
        return [f"{indent}{key}=dict({why}", *inner, f"{indent}),"]
    if isinstance(value, list | tuple) and len(whole) > _WIDTH:
        left, right = "[]" if isinstance(value, list) else "()"
        inner = _filled([_literal(item) for item in value], indent + "    ")
        return [f"{indent}{key}={left}{why}", *inner, f"{indent}{right},"]
    return [f"{indent}{why.strip()}", whole] if why else [whole]


def _are_keywords(names: Any) -> bool:
    """Whether all names can stand in ``dict(name=...)``."""
    return all(_IDENTIFIER.fullmatch(str(n)) and not iskeyword(str(n)) for n in names)


def _filled(items: list[str], indent: str) -> list[str]:
    lines = [indent]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > _WIDTH and lines[-1] != indent:
            lines.append(indent)
        lines[-1] += f"{item}, "
    return [line.rstrip() for line in lines]


def _literal(value: Any) -> str:
    """Return a value as it is written in a config; texts in double quotes."""
    if isinstance(value, dict):
        if value and _are_keywords(value):
            entries = ", ".join(f"{n}={_literal(v)}" for n, v in value.items())
            return f"dict({entries})"
        entries = (f"{_literal(n)}: {_literal(v)}" for n, v in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, tuple):
        comma = "," * (len(value) == 1)
        return f"({', '.join(map(_literal, value))}{comma})"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        text = repr(value)
        plain = text[1:-1]
        return f'"{plain}"' if text[0] == "'" and '"' not in plain else text
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value)
