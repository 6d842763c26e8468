"""Entries of a config that are filled in last, from its ``own``.

A config file that inherits others can change what they say, but not what they have
built with a name of theirs, such as a pipeline with its ``scale``, nor reach
the configs of its earlier stages. What a file leaves open it says by name:

====================================  ==================================================
``scale="_own_.scale"``               the value of ``own["scale"]``, of any type; dots
                                      go on into it: ``"_own_.network.segmentor"``
``dict(_own_="source", pipeline=x)``  the entries of ``own["source"]``, and these where
                                      it has none
``"_own_.val?"``, ``_own_="val?"``    None where there is no such value
====================================  ==================================================

The ``own`` of the config that is run counts for all stages, over that of their files.
"""

import copy
import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.run_length import set_length
from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError

SECTION = "own"
_MARK = "_own_"
_REFERENCE = re.compile(rf"{_MARK}\.([\w.]+\??)")
#: Read by a rule, see :func:`fill_own`, and so in use without being named anywhere.
_BY_RULE = {"iters"}
_PREDICTIONS = "work_dirs/predictions"  # of a test without labels


def fill_own(cfg: Config, given: Mapping[str, Any]) -> set[str]:
    """Fill in what a config leaves open, in place.

    ``own["iters"]``, if there is one, is the length of the training: all that counts in
    iterations is scaled with it, see :func:`mmseg_uda.engine.run_length.set_length`.
    Without ``own["val"]`` there is no validation, and a test only predicts:
    ``own["test"]``, if it is not said, is what ``val`` or, without it, ``target`` is.

    Args:
        cfg: Config of a file.
        given: What counts over its own ``own``, name by name.

    Returns:
        The names in ``own`` that the config makes use of.

    Raises:
        StageError: If it names something that ``own`` does not have.
    """
    where = Path(str(cfg.filename)).name
    section = cfg.get(SECTION)
    if section is None:
        return set()
    if not isinstance(section, Mapping):
        return set()
    own = copy.deepcopy({**section, **given})
    own.setdefault("test", own.get("val") or own.get("target"))
    filler = _Filler(where, own)
    for key in [key for key in cfg if key != SECTION]:
        cfg[key] = filler.filled(cfg[key], key)
    _leave_out_validation(cfg)
    iters = own.get("iters") if filler.used else None
    if iters is not None and cfg.get("train_cfg"):
        if not isinstance(iters, int) or isinstance(iters, bool) or iters < 1:
            raise StageError(
                f"{where}: own.iters must be a whole number >= 1, got {iters!r}"
            )
        set_length(cfg, iters)
        filler.used.add("iters")
    cfg[SECTION] = own
    return filler.used


def check_used(section: Mapping[str, Any], used: set[str], where: str) -> None:
    """Check that every name in ``own`` is in use, or none: it is a plain variable then.

    Args:
        section: ``own`` of the config that is run.
        used: What its stages make use of.
        where: Name of the config.

    Raises:
        StageError: If one is not: it would change nothing.
    """
    for name in section if used else ():
        if name not in used | _BY_RULE and section[name] is not None:
            raise StageError(
                f"{where}: nothing reads own.{name}. What this config is made of "
                f"reads: {', '.join(sorted(used | _BY_RULE))}."
                + did_you_mean(name, used)
            )


class _Filler:
    """Puts values of ``own`` in the place of their names."""

    def __init__(self, where: str, own: Mapping[str, Any]) -> None:
        self.where, self.own = where, own
        self.used: set[str] = set()

    def filled(self, node: Any, key: str, through: tuple[str, ...] = ()) -> Any:
        """Return a value of the config with all names in it replaced.

        Args:
            node: The value.
            key: Its dotted key, for messages.
            through: The names that have led to it.
        """
        if isinstance(node, str):
            name = _REFERENCE.fullmatch(node)
            return self._value(name[1], key, through) if name else node
        if isinstance(node, dict):
            return self._dict(node, key, through)
        if isinstance(node, list | tuple):
            items = [self.filled(v, f"{key}.{i}", through) for i, v in enumerate(node)]
            pairs = zip(node, items, strict=True)
            there = [item is not None or not _may_lack(given) for given, item in pairs]
            return type(node)(itertools.compress(items, there))
        return node

    def _dict(self, node: dict, key: str, through: tuple[str, ...]) -> Any:
        if _MARK in node:
            theirs = self._value(node.pop(_MARK), key, through)
            if theirs is None:
                return None
            if not isinstance(theirs, Mapping):
                raise StageError(f"{self.where}: {key} takes a dict, got {theirs!r}")
            node = _with_theirs(node, theirs)
        for name in node:
            node[name] = self.filled(node[name], f"{key}.{name}", through)
        return node

    def _value(self, name: str, key: str, through: tuple[str, ...]) -> Any:
        name, optional = name.removesuffix("?"), name.endswith("?")
        if name in through:
            chain = " -> ".join((*through, name))
            raise StageError(f"{self.where}: own.{name} is made of itself: {chain}")
        self.used.add(name.partition(".")[0])
        value: Any = self.own
        for step, part in enumerate(name.split(".")):
            if step:  # a name on the way may stand for what it goes on into
                value = self.filled(value, key, (*through, name))
            if optional and (value is None or part not in value):
                return None
            if not isinstance(value, Mapping) or part not in value:
                has = value if isinstance(value, Mapping) else {}
                raise StageError(
                    f"{self.where}: {key} is own.{name}, which this config does not "
                    f"say: add it to own = dict(...). There is: "
                    f"{', '.join(map(str, has)) or 'nothing'}."
                    + did_you_mean(part, map(str, has))
                )
            value = value[part]
        return self.filled(copy.deepcopy(value), key, (*through, name))


def _may_lack(node: Any) -> bool:
    """Whether an entry of a list is left out where `own` does not say what it is."""
    return isinstance(node, str) and bool(_REFERENCE.fullmatch(node)) and "?" in node


def _with_theirs(node: dict, theirs: Mapping[str, Any]) -> dict:
    """Return entries of ``own`` over those beside their name.

    Where they are several domains, the latter are each domain's: its classes, its
    pipeline.
    """
    theirs = copy.deepcopy(dict(theirs))
    domains = theirs.get("domains")
    if not isinstance(domains, Mapping):
        return {**node, **theirs}
    filled = {
        name: None if domain is None else {**copy.deepcopy(node), **domain}
        for name, domain in domains.items()
    }
    return {**theirs, "domains": filled}


def _leave_out_validation(cfg: Config) -> None:
    """Leave out what needs labelled images where there are none to validate with."""
    loader = cfg.get("val_dataloader")
    if not isinstance(loader, Mapping) or loader.get("dataset", {}) is not None:
        return
    for key in ("val_dataloader", "val_evaluator", "val_cfg"):
        cfg[key] = None
    checkpoint = (cfg.get("default_hooks") or {}).get("checkpoint")
    if checkpoint:
        checkpoint["save_best"] = None
    if isinstance(cfg.get("test_evaluator"), Mapping):  # a test then predicts alone
        cfg.test_evaluator.update(format_only=True, output_dir=_PREDICTIONS)
