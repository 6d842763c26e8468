"""What is wrong with a config file that mmengine refuses."""

import ast
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from mmseg_uda.utils.suggestions import did_you_mean

from .config_tree import ConfigFile, config_tree
from .import_errors import why_not_imported

_DUPLICATE = "Duplicate key is not allowed among bases"
_NO_DICT = re.compile(
    r"^(\w+)=.* in child config cannot inherit from base because .* is of type "
    r"<class '([\w.]+)'>",
    re.DOTALL,
)
_NO_KEY = re.compile(r"'ConfigDict' object has no attribute '(\w+)'")
_SHOWN = 6
_TYPES = (".py", ".json", ".yaml", ".yml")


def why_unreadable(path: Path, error: BaseException) -> str:
    """Say what is wrong with a config file, and what to do.

    Args:
        path: The file.
        error: What mmengine raised.
    """
    if path.suffix not in _TYPES:
        return f"its name must end in {', '.join(_TYPES)}, not in '{path.suffix}'"
    tree = config_tree(path)
    told = _of_bases(tree) or _of_duplicates(tree, error) or _of_syntax(tree, error)
    return told or f"{_where(tree, error)}{_told(tree, error)}"


def _of_bases(tree: ConfigFile) -> str | None:
    """Say that a ``_base_`` is missing, or leads back to its own file."""
    for file in tree:
        if file.is_loop:
            chain = " -> ".join(path.name for path in (*file.heirs, file.path))
            return f"a file inherits itself through _base_: {chain}"
        if not file.path.is_file():
            what = "is a folder" if file.path.is_dir() else "does not exist"
            near = (path.name for path in file.path.parent.glob("*.py"))
            return (
                f"the _base_ '{file.given}' of {_heir(file)} {what} (looked for "
                f"{file.path}; a _base_ is relative to the file that names it)."
                + did_you_mean(file.path.name, near)
            )
    return None


def _heir(file: ConfigFile) -> Path:
    return file.heirs[-1] if file.heirs else file.path


def _of_duplicates(tree: ConfigFile, error: BaseException) -> str | None:
    """Say which files of one ``_base_`` share a key."""
    if _DUPLICATE not in str(error):
        return None
    shared = list(_shared_keys(tree))
    if not shared:  # a _base_ that only running the file would tell
        return str(error.args[0])
    heir, key = shared[0][:2]
    lines = [_both(*both) for _, *both in shared[:_SHOWN]]
    lines += [f"and {len(shared) - _SHOWN} more"] * (len(shared) > _SHOWN)
    return (
        f"{heir} inherits several files, and mmengine merges these only if no key is "
        "in two of them:\n  "
        + "\n  ".join(lines)
        + f"\nTake it out of one of them and write it into {heir.name} itself: what "
        f"stands there, {key} = dict(...), is merged into what is inherited, key by "
        f"key. A list replaces the inherited one; to add to that, write "
        "[*_base_.KEY, ...]."
    )


def _both(key: str, one: ConfigFile, other: ConfigFile) -> str:
    """Say where a key comes from, given two files that have or inherit it."""
    owners = [file.with_key(key) or file for file in (one, other)]
    if owners[0].path != owners[1].path:
        return f"'{key}' is set by {owners[0].path} and by {owners[1].path}"
    if one.path == other.path:
        return f"'{key}' comes twice, since {one.path} is named twice"
    return (
        f"'{key}' of {owners[0].path} comes twice, through {one.path} and through "
        f"{other.path}: name that file in one place only"
    )


def _shared_keys(
    tree: ConfigFile,
) -> Iterator[tuple[Path, str, ConfigFile, ConfigFile]]:
    """Yield the file that inherits two others with one key, the key, and both."""
    for heir in tree:
        seen: dict[str, ConfigFile] = {}
        for base in heir.bases:
            for key in sorted(set().union(*(file.keys for file in base))):
                if key in seen:
                    yield heir.path, key, seen[key], base
                else:
                    seen[key] = base


def _of_syntax(tree: ConfigFile, error: BaseException) -> str | None:
    """Say where the syntax error is: mmengine names a copy of the file."""
    for file in tree if isinstance(error, SyntaxError) else ():
        try:
            ast.parse(file.path.read_text(encoding="utf-8"))
        except SyntaxError as found:
            return f"{file.path}, line {found.lineno}, is no valid Python: {found.msg}"
    return None


def _where(tree: ConfigFile, error: BaseException) -> str:
    """Return the line of a config file that an error came up in."""
    files = {str(file.path) for file in tree}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame for frame in frames if frame.filename in files]
    if not lines:
        return ""
    return f"{lines[-1].filename}, line {lines[-1].lineno}: "


def _told(tree: ConfigFile, error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return why_not_imported(error.name, error, str(tree.path))
    no_dict = _NO_DICT.search(str(error))
    if no_dict is not None:
        return (
            f"'{no_dict[1]}' is a dict here, but a {no_dict[2]} in what it inherits: "
            "the two cannot be merged. Set _delete_=True in it to replace that"
        )
    key = _NO_KEY.search(str(error))
    if key is not None:
        keys = set().union(*(file.keys for file in tree))
        return f"what it inherits has no '{key[1]}'." + did_you_mean(key[1], keys)
    if isinstance(error, KeyError) and error.args:
        return f"KeyError: {error.args[0]}"
    return f"{type(error).__name__}: {error}".removesuffix(": ")
