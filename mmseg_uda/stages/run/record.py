"""What a stage leaves behind about itself: ``stage.json`` and ``done.json``.

``stage.json`` is written when a stage starts and says what it was started with;
``done.json`` is written last, in one atomic step, and its presence alone means
that the stage is finished.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmseg_uda.utils.plain import flattened

from ..errors import StageError

STARTED = "stage.json"
DONE = "done.json"

#: The parts of a config that decide which weights come out.
DECIDING = (
    "model",
    "data_preprocessor",
    "train_dataloader",
    "train_cfg",
    "optim_wrapper",
    "param_scheduler",
    "randomness",
    "custom_hooks",
    "default_hooks",  # of these, deciding_hooks
    "stopping",  # by scores
    "auto_scale_lr",
    # variables of some files, which counted when all kinds of stages shared this list;
    # they still do, or runs that were begun then could not go on
    "rule",
    "tta",
    "target_statistics",
)
# ... but for how fast data is read, where it lies, how often one looks at it and what
# is only said about it
_FREE = {
    "num_workers",
    "persistent_workers",
    "pin_memory",
    "prefetch_factor",
    "data_root",
    "pseudo_label_dir",
    "region_dir",
    "translated_dir",
    "val_interval",
    "val_begin",
    "paper",
}


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the content of a ``stage.json`` or ``done.json``, None if it is not there.

    Raises:
        StageError: If it cannot be read or is not what this tool writes.
    """
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StageError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:  # neither JSON nor even text
        raise StageError(_damaged(path, f"it is not JSON ({error})")) from error
    if not _has_shape(path.name, content):
        raise StageError(_damaged(path, "it is JSON of another shape"))
    return content


def _has_shape(name: str, content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    if content.get("given"):
        return isinstance(content.get("checkpoint"), str)
    made = {key for key in content if key.endswith("_hash")}
    if "checkpoint" not in content:
        made.discard("checkpoint_hash")
    if name == DONE and not made:
        return False
    return isinstance(content.get("fingerprint"), dict)


def _damaged(path: Path, why: str) -> str:
    stage = path.parent.name
    if path.name == DONE:
        what = (
            "Delete it and run the same command again: the stage then goes on from its "
            "newest checkpoint or label and writes it anew (if it stands for a "
            "checkpoint of yours, give --stage-one-checkpoint again)."
        )
    else:
        what = (
            f"It says what stage '{stage}' was begun with. Put a copy of it back, or "
            f"run the stage afresh: --restart-from {stage} (its folder is renamed, not "
            "deleted)."
        )
    return f"{path} is damaged: {why}. {what}"


def fingerprint(deciding: Mapping[str, Any]) -> dict[str, str]:
    """Return what decides the outcome of a stage as flat ``dotted key -> repr``.

    Kept readable instead of hashed, so that a mismatch can be named key by key.

    Args:
        deciding: All of that, what it takes of others as ``inputs``. An entry that is
            None is left out.
    """
    given = {key: value for key, value in deciding.items() if value is not None}
    return {key: repr(value) for key, value in flattened(given, _FREE).items()}


def data_roots(
    config: Mapping[str, Any], hooks: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return where the training data of a config lie, by dotted key.

    Args:
        config: The config.
        hooks: Those of its hooks that may read data, by their place.
    """
    flat = {**flattened(config.get("train_dataloader") or {}), **flattened(hooks or {})}
    return {key: repr(root) for key, root in flat.items() if key.endswith("data_root")}
