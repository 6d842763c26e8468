"""Why a module of the user's own cannot be imported."""

import os
import sys
import sysconfig
import traceback
from pathlib import Path

from mmseg_uda.utils.suggestions import did_you_mean

_SHOWN = 6  # folders of the search path
_INSTALLED = tuple(
    sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


def why_not_imported(module: str, error: BaseException, config: str | None) -> str:
    """Say why a module cannot be imported, and what to do.

    Args:
        module: Its name.
        error: What importing it raised.
        config: Config file that names it; it is often looked for beside that.
    """
    if isinstance(error, ModuleNotFoundError) and _is_about(error.name, module):
        return _not_found(module, str(error.name), config)
    if isinstance(error, SyntaxError):
        return (
            f"the module '{module}' cannot be imported: {error.filename}, line "
            f"{error.lineno}, is no valid Python: {error.msg}"
        )
    told = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, ModuleNotFoundError):
        told = f"'{error.name}', which it imports, is neither installed nor on the path"
    where = _place(error)
    return f"the module '{module}' cannot be imported: {where}{told}"


def _is_about(name: str | None, module: str) -> bool:
    """Whether a name that was not found is the module, or a package around it."""
    return name is not None and f"{module}.".startswith(f"{name}.")


def _not_found(module: str, missing: str, config: str | None) -> str:
    package, _, last = missing.rpartition(".")
    if package:  # which has been found
        path = getattr(sys.modules.get(package), "__path__", None)
        where = f"the package '{package}' in {', '.join(path)}" if path else package
        return f"there is no module '{missing}': {where} has no '{last}'"
    folder = _folder_with(module, config)
    before = os.environ.get("PYTHONPATH")
    advice = (
        f"PYTHONPATH={folder or 'FOLDER'}{':$PYTHONPATH' * bool(before)} python ..."
    )
    if folder is not None:
        return (
            f"there is no module '{module}' on Python's search path, but one in "
            f"{folder}. Put that folder on the path: {advice} (Python looks beside the "
            "tool, not in the working directory)"
        )
    looked = [path or str(Path.cwd()) for path in sys.path]
    looked = [p for p in looked if os.path.isdir(p) and not p.startswith(_INSTALLED)]
    shown = ", ".join(looked[:_SHOWN]) + ", ..." * (len(looked) > _SHOWN)
    near = (path.stem for start in [*looked, "."] for path in Path(start).glob("*.py"))
    return (
        f"there is no module '{module}'. It was looked for in {shown} and among the "
        f"installed packages (PYTHONPATH is {before or 'not set'}). Put the folder "
        f"with '{missing}' on the path: {advice}" + did_you_mean(missing, near)
    )


def _folder_with(module: str, config: str | None) -> Path | None:
    """Find a module near the working directory or the config."""
    inside = module.replace(".", "/")
    starts = [Path.cwd(), *filter(Path.is_dir, Path.cwd().glob("*"))]
    if config is not None:
        starts += Path(config).absolute().parents
    for start in dict.fromkeys(starts):
        if any((start / f"{inside}{end}").is_file() for end in (".py", "/__init__.py")):
            return start
    return None


def _place(error: BaseException) -> str:
    """Return file and line of the deepest call that is no installed package's."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if not frame.filename.startswith((*_INSTALLED, "<", str(Path(__file__).parent)))
    ]
    return f"{own[-1].filename}, line {own[-1].lineno}: " if own else ""
