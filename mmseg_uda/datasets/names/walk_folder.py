"""Listing the files below a folder, each real folder once however links lead to it."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path


def files_below(
    root: str | Path,
    left_out: list[str] | None = None,
    apart: Collection[str | Path] = (),
) -> Iterator[tuple[str, str]]:
    """Yield the files below a folder, without hidden ones.

    Links to folders are followed, but every real folder is visited once, under its own
    path where it has one below ``root``. A link to a folder that holds the link is
    never followed: it would bring in the same files again, and those beside ``root``.

    Args:
        root: Folder to search, with its sub-folders.
        left_out: Takes a text for each link that was not followed.
        apart: Folders that are not entered.

    Yields:
        Folder relative to ``root`` (``""`` for itself, else with a slash at its end),
        and name of a file in it.

    Raises:
        ValueError: If a folder cannot be read.
    """
    seen = {_identity(folder) for folder in apart if os.path.isdir(folder)}
    seen.add(_identity(root))
    links: list[str] = []
    yield from _walk(str(root), "", seen, links)
    while links:  # after all real folders, which keep their own paths
        links.sort(reverse=True)
        link = links.pop()
        why = _why_not(Path(root, link), seen)
        if why is None:
            seen.add(_identity(Path(root, link)))
            yield from _walk(str(root), f"{link}/", seen, links)
        elif left_out is not None:
            left_out.append(f"{link} -> {os.readlink(Path(root, link))} ({why})")


def _walk(
    root: str, start: str, seen: set, links: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield the files of a folder and of the real folders in it; collect links."""
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(os.path.join(root, folder)):
            if entry.name.startswith("."):
                continue
            if not _is_folder(entry):
                yield folder, entry.name
            elif entry.is_symlink():
                links.append(folder + entry.name)
            elif _identity(entry.path) not in seen:
                seen.add(_identity(entry.path))
                waiting.append(f"{folder}{entry.name}/")


def _entries(folder: str) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise ValueError(
            f"cannot list the folder {folder}: {error.strerror}"
        ) from error


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that lead to one another
        return False


def _why_not(link: Path, seen: set) -> str | None:
    """Say why a link to a folder is not followed; None if it is."""
    target = link.resolve()
    if link.parent.resolve().is_relative_to(target):
        return "a folder above it"
    return "listed already" if _identity(link) in seen else None


def _identity(folder: str | Path) -> tuple[int, int]:
    status = os.stat(folder)
    return status.st_dev, status.st_ino
