"""Whether the sections of a config have the form that everything relies on."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.walk import dicts_by_key

from ..errors import StageError
from .read_keys import read_keys

_LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
_DICTS = (
    *_LOADERS,
    *(f"{loader}.dataset" for loader in _LOADERS),
    *(f"{loader}.dataset.domains" for loader in _LOADERS),
    *(f"{loader}.sampler" for loader in _LOADERS),
    "auto_scale_lr",
    "default_hooks",
    "env_cfg",
    "optim_wrapper",
    "randomness",
    "train_cfg",
    "visualizer",
)
_LISTS = ("custom_hooks", "translate_pipeline", "tta_pipeline")
_TEXTS = ("default_scope", "experiment_name", "work_dir")
_LOG_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
_FORMS = {
    **dict.fromkeys(_DICTS, ("a dict", Mapping)),
    **dict.fromkeys(_LISTS, ("a list", list | tuple)),
    **dict.fromkeys(_TEXTS, ("a text", str)),
}
_DELETE = "_delete_"


def check_forms(cfg: Config, given_by: str = "") -> None:
    """Check that sections of a config are dicts, lists or texts as they should be.

    Args:
        cfg: Any config.
        given_by: Who has changed it last, for the message; default: its file.

    Raises:
        StageError: If one is not.
    """
    where = given_by or str(cfg.filename)
    for key, (form, kind) in _FORMS.items():
        value = _value(cfg, key)
        if value is not None and not isinstance(value, kind):
            raise StageError(f"{where}: {key} must be {form}, got {value!r}")
    level = cfg.get("log_level")
    if not (level is None or isinstance(level, int) or level in _LOG_LEVELS):
        raise StageError(
            f"{where}: log_level must be one of {', '.join(_LOG_LEVELS)}, got {level!r}"
        )


def check_deletes(cfg: Config) -> None:
    """Check that no ``_delete_`` is left over.

    mmengine takes it out of a dict that replaces an inherited one. Elsewhere it stays,
    as an option that no part knows.

    Args:
        cfg: Config of a stage, after all changes.

    Raises:
        StageError: If there is one.
    """
    for key in _left_over(cfg):
        raise StageError(
            f"{key} has {_DELETE}, but nothing is inherited there that it could "
            "replace. Is the key spelt right, and in the place of the inherited one? "
            f"A dict that is new needs no {_DELETE}"
        )


def _left_over(cfg: Config) -> Iterator[str]:
    if _DELETE in cfg:
        yield "the top level of the config"
    for name in sorted(read_keys() & set(cfg)):
        for key, node in dicts_by_key(cfg[name], name):
            if _DELETE in node:
                yield key


def _value(cfg: Mapping[str, Any], key: str) -> Any:
    """Return what stands under a dotted key, None if there is no such place."""
    value: Any = cfg
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping | Config) else None
    return value
