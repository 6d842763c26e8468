"""Listing of image folders and the messages for what is wrong with them."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePath

from .names.volumes import volume_advice
from .names.walk_folder import files_below

#: Suffixes an image may have, in lower case; files are matched in either case.
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
#: Further ones that images or labels have where they are named.
PICTURE_SUFFIXES = (*IMAGE_SUFFIXES, ".gif", ".ppm", ".pgm", ".pnm", ".jp2")


def list_files(
    root: str | Path,
    suffixes: Sequence[str],
    others: Sequence[str] = (),
    left_out: list[str] | None = None,
    apart: Collection[str | Path] = (),
) -> dict[str, str]:
    """List the files below a folder by name without suffix.

    Args:
        root: Folder, searched with its sub-folders; links are followed, but each real
            folder is visited once, see :func:`.walk_folder.files_below`.
        suffixes: Endings of the wanted files, in any case.
        others: Endings of other files; the longest ending that fits decides.
        left_out: Takes a text for each link that was not followed.
        apart: Folders that are not entered.

    Returns:
        Path relative to ``root`` by the same path without the suffix, sorted.

    Raises:
        ValueError: If two files differ in the suffix alone, or a folder cannot be read.
    """
    wanted = {suffix.lower() for suffix in suffixes}
    endings = sorted(wanted | {s.lower() for s in others}, key=len, reverse=True)
    found: dict[str, str] = {}
    for folder, name in files_below(root, left_out, apart):
        lower = name.lower()
        ending = next((e for e in endings if lower.endswith(e)), None)
        if ending not in wanted:
            continue
        stem = folder + name[: len(name) - len(ending)]
        if stem in found:
            first, second = found[stem], folder + name
            raise ValueError(
                f"{root} holds both {first} and {second}: what belongs to which could "
                "not be told. Remove or rename one, or take files of one suffix alone, "
                f"image_suffix (of labels label_suffix) {PurePath(first).suffix!r} or "
                f"{PurePath(second).suffix!r}"
            )
        found[stem] = folder + name
    return dict(sorted(found.items()))


def is_one_folder(first: str | Path, second: str | Path) -> bool:
    """Whether two paths are one folder that exists."""
    folders = (first, second)
    return all(map(os.path.isdir, folders)) and os.path.samefile(*folders)


def layout_error(reason: str, layout: str, root: str | Path) -> FileNotFoundError:
    """Return the error for a missing or empty folder: expected and found layout."""
    return FileNotFoundError(
        f"{reason}\nExpected below {root}:\n{_indent(layout)}\n"
        f"Found:\n{_indent(_describe(Path(root)))}"
    )


def other_endings(folder: str | Path, what: str) -> str:
    """Say which endings the files of a folder have, and by which option to name them.

    Args:
        folder: Folder that holds no file of the endings that were expected.
        what: ``'image'`` or ``'label'``.
    """
    names = [name for _, name in files_below(folder)]
    if volumes := volume_advice(names):
        return f"It holds {volumes}."
    endings = Counter(PurePath(name).suffix for name in names).most_common(3)
    there = ", ".join(f"{n} *{end or ' (no suffix)'}" for end, n in endings)
    return there and (
        f"It holds {there}: say what ends the names of {what}s, {what}_suffix=..."
    )


def pairing_error(
    what: str,
    no_label: Sequence[str],
    no_image: Sequence[str],
    num_pairs: int,
    advice: str = "",
) -> ValueError:
    """Return the error for images without label and labels without image.

    Args:
        what: Whose they are.
        no_label: Images without a label.
        no_image: Labels without an image.
        num_pairs: How many have both.
        advice: What to do, where that is known.
    """
    lines = [f"{what}: {num_pairs} pairs, but"]
    if no_label:
        lines.append(f"  {len(no_label)} image(s) without a label: {some(no_label)}")
    if no_image:
        lines.append(f"  {len(no_image)} label(s) without an image: {some(no_image)}")
    if not advice and num_pairs:
        advice = "Complete the folders, or set allow_unpaired=True to leave them out."
    lines.append(
        advice or "An image and its label have the same path up to their suffixes."
    )
    return ValueError("\n".join(lines))


def as_tuple(suffix: str | Sequence[str]) -> tuple[str, ...]:
    """Return one suffix or several as a tuple."""
    return (suffix,) if isinstance(suffix, str) else tuple(suffix)


def some(names: Iterable[object], limit: int = 5) -> str:
    """Return the first names, and dots where there are more."""
    names = [str(name) for name in names]
    return ", ".join(names[:limit]) + (", ..." if len(names) > limit else "")


def _describe(root: Path, limit: int = 10) -> str:
    """Describe a folder, or the nearest one above it that exists."""
    if not root.is_dir():
        above = next(p for p in [*root.absolute().parents] if p.is_dir())
        return f"no folder {root} (in {above}: {_entries(above, limit)})"
    return _entries(root, limit) or "an empty folder"


def _entries(folder: Path, limit: int) -> str:
    return some(sorted(p.name + "/" * p.is_dir() for p in folder.iterdir()), limit)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip("\n").splitlines())
