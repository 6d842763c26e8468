"""What a training is too short for: terms that never start, warm-ups without an end."""

from collections.abc import Iterator, Sequence
from numbers import Real

from mmengine.config import Config

from mmseg_uda.utils.plain import flattened

from .short_schedules import HARDLY, schedules_beyond

_SECTIONS = ("model", "default_hooks", "custom_hooks")
_BEGIN = ("begin_iters", "begin_iter")


def too_short_for(cfg: Config, prefix: str = "") -> list[str]:
    """Name what lies beyond the end of a training.

    Args:
        cfg: Config of the stage.
        prefix: What ``--cfg-options`` of this stage alone begin with.

    Returns:
        Lines to be read together; none where all parts of the config have their time.
    """
    length = cfg.train_cfg.max_iters
    found = [*_parts_beyond(cfg, length), *schedules_beyond(cfg, length)]
    found += _seldom(cfg, length, others=bool(found))
    if not found:
        return []
    return [
        f"{length} iterations are too few for parts of this config:",
        *(f"  {said}: {prefix}{key}={value}" for said, key, value in found),
        "  (smaller numbers by --cfg-options; a trial may leave them as they are)",
    ]


def _parts_beyond(cfg: Config, length: int) -> Iterator[tuple[str, str, Real]]:
    """Yield what is wrong with terms, weights and hooks; option and value."""
    sections = {name: cfg.get(name) for name in _SECTIONS if cfg.get(name)}
    for key, value in flattened(sections).items():
        *path, option = key.split(".")
        if not isinstance(value, Real) or isinstance(value, bool):
            continue
        if option in _BEGIN and value >= length:
            yield f"{_named(path)} never starts", key, value
        if option == "end_iters" and length < HARDLY * value:
            share = 100 * length / value
            yield f"{_named(path)} goes {share:.2g} % of its way", key, value


def _named(path: Sequence[str]) -> str:
    """Name a part of a config: objective 'adv', the weight of objective 'adv'."""
    if path[:2] == ["model", "objectives"] and len(path) > 2:
        of = "".join(f"the {inner} of " for inner in path[:2:-1])
        return f"{of}objective '{path[2]}'"
    return ".".join(path)


def _seldom(cfg: Config, length: int, others: bool) -> Iterator[tuple[str, str, int]]:
    """Yield what is done at the end alone; option and value."""
    interval = cfg.train_cfg.get("val_interval", 1000)
    begin = cfg.train_cfg.get("val_begin", 1)
    validates = cfg.get("val_cfg") is not None
    if validates and begin > length:
        yield "never validated", "train_cfg.val_begin", begin
    elif validates and interval > length:
        others = True
        yield "validated only at the end", "train_cfg.val_interval", interval
    saver = (cfg.get("default_hooks") or {}).get("checkpoint") or {}
    # to save but once is fine as such, and how a short stage is meant
    if others and saver.get("interval", 0) > length:
        key = "default_hooks.checkpoint.interval"
        yield "saved only at the end", key, saver["interval"]
