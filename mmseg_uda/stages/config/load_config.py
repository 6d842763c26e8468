"""Reading a config file."""

import os
from pathlib import Path

from mmengine.config import Config

from mmseg_uda.engine.walk import dicts_in
from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError
from .config_errors import why_unreadable
from .config_forms import check_forms
from .custom_imports import import_own_modules

# mmengine marks every part of a config that is inherited as `mmseg_uda::FILE` with this
# scope. Our parts are in mmseg's, so that other marks stay and this one says nothing.
OWN_SCOPE = "mmseg_uda"


def load_config(path: Path) -> Config:
    """Read a config file and import the modules that it names.

    Its ``custom_imports`` then name mmseg_uda, too, whatever the file says: a list
    there replaces the inherited one, and without mmseg_uda the config could not be
    loaded elsewhere.

    Raises:
        StageError: If there is none, it cannot be read, or one of the modules cannot
            be imported, or a section has another form.
    """
    path = Path(path)
    if path.is_dir():
        raise StageError(f"config '{path}' is a folder; name one of the files in it")
    if not path.is_file():
        raise StageError(
            f"config '{path}' does not exist (looked in {Path.cwd()})."
            + did_you_mean(path.name, (p.name for p in path.parent.glob("*.py")))
        )
    try:
        cfg = Config.fromfile(str(path), import_custom_modules=False)
    except (Exception, SystemExit) as error:  # a file is a program, and fails like one
        told = why_unreadable(path, error)
        if f"{os.sep}.mim{os.sep}" in told:
            told += (
                ". An editable install gets that folder from `pip install --no-deps -e "
                ".`; one that is older has none: run that again"
            )
        raise StageError(f"config '{path}' cannot be read: {told}") from error
    for node in dicts_in(cfg._cfg_dict):
        if node.get("_scope_") == OWN_SCOPE:
            del node["_scope_"]
    check_forms(cfg)
    import_own_modules(cfg)
    return cfg
