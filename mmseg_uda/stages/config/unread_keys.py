"""Top-level keys of a config that change nothing, since nothing reads them."""

from collections.abc import Iterator
from pathlib import Path

from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError
from .config_tree import config_tree
from .read_keys import read_keys

# how alike two names must be; many call their pipelines much like those that are read
_ALIKE, _PIPELINES_ALIKE = 0.8, 0.92
# what a file makes use of that mmengine has written, with nothing built in it any more
_WRITTEN_OUT = {"dict", "inf", "nan"}
# keys of mmseg before 1.0, and where what they say stands now
_OLD = {
    "checkpoint_config": "default_hooks.checkpoint",
    "data": "train_dataloader, val_dataloader and test_dataloader",
    "dist_params": "env_cfg.dist_cfg",
    "evaluation": "val_evaluator and train_cfg.val_interval",
    "log_config": "default_hooks.logger and visualizer",
    "lr_config": "param_scheduler",
    "optimizer": "optim_wrapper",
    "optimizer_config": "optim_wrapper",
    "resume_from": "nothing: a stage goes on by itself",
    "runner": "train_cfg",
}


def check_keys(path: Path) -> None:
    """Check that a config has no top-level key that is meant to be another one.

    Any name may stand there that helps to build other entries. One that is not used
    and looks like a key that is read is a mistake.

    Args:
        path: The config file.

    Raises:
        StageError: If there is such a key.
    """
    tree, known = config_tree(path), read_keys()
    used = set().union(*(file.uses for file in tree))
    for file in tree:
        is_written_out = not file.bases and file.uses <= _WRITTEN_OUT
        for key in sorted(file.keys - known - used):
            alike = _PIPELINES_ALIKE if "pipeline" in key else _ALIKE
            hint = did_you_mean(key, sorted(known), alike)
            if hint:
                raise StageError(
                    f"{file.path}: nothing reads '{key}'.{hint} (A variable of your "
                    "own needs a name that is less like it, or a use.)"
                )
            if key in _OLD and not is_written_out:
                raise StageError(
                    f"{file.path}: nothing reads '{key}', a key of mmseg before 1.0. "
                    f"In its place there is now: {_OLD[key]}"
                )


def idle_changes(path: Path) -> Iterator[str]:
    """Yield a sentence for each inherited variable that is set anew to no effect.

    What the inherited file has built with it stays as it was.

    Args:
        path: The config file.
    """
    known, heirs = read_keys(), {}
    for file in config_tree(path):
        heirs[file.path] = file
        used = set().union(*(heirs[p].uses for p in (*file.heirs, file.path)))
        owners = {key: f.path for base in file.bases for f in base for key in f.keys}
        for key in sorted((file.keys & set(owners)) - known - used):
            yield (
                f"{file.path}: '{key}' is set, but not used there: what {owners[key]} "
                "has built with it stays as it was. Set the entries themselves"
            )
