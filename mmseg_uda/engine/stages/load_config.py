"""Reading a config file."""

from pathlib import Path

from mmengine.config import Config

from mmseg_uda.suggestions import did_you_mean

from .errors import StageError


def load_config(path: Path) -> Config:
    """Read a config file.

    Raises:
        StageError: If there is none, or it cannot be read.
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
        return Config.fromfile(str(path))
    except (SyntaxError, OSError, KeyError, TypeError, AttributeError) as error:
        raise StageError(
            f"config '{path}' cannot be read: {type(error).__name__}: {error}. It must "
            "be a .py file in mmengine's text form; its `_base_` files are looked for "
            "relative to it."
        ) from error
