"""Listing of image folders and the messages for what is wrong with them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

#: Suffixes an image may have, in lower case; files are matched in either case.
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def list_files(root: str | Path, suffixes: Sequence[str]) -> dict[str, str]:
    """List the files below a folder by name without suffix.

    Args:
        root: Folder, searched with its sub-folders; links are followed.
        suffixes: Endings of the wanted files, in any case.

    Returns:
        Path relative to ``root`` by the same path without the suffix, sorted.

    Raises:
        ValueError: If two files differ in the suffix alone.
    """
    endings = tuple(sorted((s.lower() for s in suffixes), key=len, reverse=True))
    found: dict[str, str] = {}
    for folder, _, names in os.walk(root, followlinks=True):
        relative = Path(folder).relative_to(root)
        for name in names:
            ending = next((e for e in endings if name.lower().endswith(e)), None)
            if ending is None or name.startswith("."):
                continue
            stem = (relative / name[: len(name) - len(ending)]).as_posix()
            path = (relative / name).as_posix()
            if stem in found:
                raise ValueError(
                    f"{root} holds both {found[stem]} and {path}: their labels could "
                    "not be told apart, remove or rename one"
                )
            found[stem] = path
    return dict(sorted(found.items()))


def layout_error(reason: str, layout: str, root: str | Path) -> FileNotFoundError:
    """Return the error for a missing or empty folder: expected and found layout."""
    return FileNotFoundError(
        f"{reason}\nExpected below {root}:\n{_indent(layout)}\n"
        f"Found:\n{_indent(_describe(Path(root)))}"
    )


def pairing_error(
    what: str, no_label: Sequence[str], no_image: Sequence[str], num_pairs: int
) -> ValueError:
    """Return the error for images without label and labels without image."""
    lines = [f"{what}: {num_pairs} pairs, but"]
    if no_label:
        lines.append(f"  {len(no_label)} image(s) without a label: {_some(no_label)}")
    if no_image:
        lines.append(f"  {len(no_image)} label(s) without an image: {_some(no_image)}")
    lines.append("Complete the folders, or set allow_unpaired=True to leave them out.")
    return ValueError("\n".join(lines))


def _some(names: Iterable[str], limit: int = 5) -> str:
    names = list(names)
    return ", ".join(names[:limit]) + (", ..." if len(names) > limit else "")


def _describe(root: Path, limit: int = 10) -> str:
    """Describe a folder, or the nearest one above it that exists."""
    if not root.is_dir():
        above = next(p for p in [*root.absolute().parents] if p.is_dir())
        return f"no folder {root} (in {above}: {_entries(above, limit)})"
    return _entries(root, limit) or "an empty folder"


def _entries(folder: Path, limit: int) -> str:
    names = sorted(p.name + "/" * p.is_dir() for p in folder.iterdir())
    return _some(names, limit)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip("\n").splitlines())
