"""Files in a folder of images that are not photographs: masks, label maps."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from .label_look import Look, look_at
from .name_pairs import sibling_tails

_CHUNKS, _CHUNK = 6, 120  # names that are compared, neighbours together
_GROUPS = 12  # more folders than this are those of scenes
_EACH = 3  # files of a group that are looked at
_LOOKED_AT = 16  # files, where no groups are found
_SHARE = 0.1  # of all files, for more than an odd one
_TELLING = re.compile(
    r"(?:^|[^a-z])(masks?|labels?|label(train)?ids|instanceids|gt|gtfine|seg|"
    r"segmentations?|annot(ation)?s?|colou?rs?|manual\d*|\d(st|nd)ho)(?![a-z])"
)
#: What to do where no option tells strangers from images.
MOVE = "Move them, or links to the photographs, to a folder of their own"
_WORD = re.compile(r"[^\W\d_]*")

Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Strangers:
    """Files among images that look like label maps, and what tells them apart.

    Attributes:
        files: The files, relative to the image folder.
        num_images: Number of all files.
        image: A file that is a photograph.
        suffixes: Endings that the photographs alone have, if there are some.
        skip: Endings of the strangers, where they end like photographs.
        folder: The folder below the image folder that alone holds the photographs.
    """

    files: Sequence[str]
    num_images: int
    image: str
    suffixes: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    folder: str = ""

    def told(self, root: str | Path) -> str:
        """Return what is wrong, without what to do."""
        return (
            f"{len(self.files)} of {self.num_images} images in {root} look like label "
            f"maps, not like photographs ({self.files[0]} beside {self.image})"
        )

    def advice(self, by_suffix: str, by_skip: str = "", by_folder: str = "") -> str:
        """Return what to do about them.

        Args:
            by_suffix: The sentence with ``{}`` for how images end.
            by_skip: Likewise for how files end that are none; ``""``: no option can
                tell them so.
            by_folder: Likewise for where the images are.
        """
        ways = (
            (by_suffix, self.suffixes),
            (by_skip, self.skip),
            (by_folder, self.folder),
        )
        for sentence, value in ways:
            if sentence and value:
                one = isinstance(value, tuple) and len(value) == 1
                return sentence.format(repr(value[0] if one else value))
        return MOVE


def find_strangers(paths: Sequence[str | Path], root: str | Path) -> Strangers | None:
    """Find families of files that look like label maps among photographs.

    Files belong together by the tails of their names (``x.jpg`` and ``x_mask.png``),
    their suffix, or their folder. A few files of each family are looked at.

    Args:
        paths: All image files.
        root: Folder they are below of.

    Returns:
        The first family found; None if all files look alike.
    """
    names = sorted(_relative(path, root) for path in paths)
    looks = lru_cache(maxsize=None)(lambda name: _look(Path(root, name)))
    for grouping in (
        _by_tails,
        _by_telling_tails,
        _by_suffix,
        _by_first_folder,
        _by_last_folder,
        _by_word,
    ):
        groups = grouping(names)
        if len(groups) > 1:
            found = _compare(names, groups, grouping, looks)
            if found is not None:
                return found
    return None


def check_photographs(
    paths: Sequence[str | Path], root: str | Path, advise: Callable[[Strangers], str]
) -> None:
    """Refuse files that look like label maps among photographs.

    Args:
        paths: All image files.
        root: Folder they are below of.
        advise: Says what to do about them, see :meth:`Strangers.advice`.

    Raises:
        ValueError: If there are some.
    """
    strangers = find_strangers(paths, root)
    if strangers is not None:
        raise ValueError(f"{strangers.told(root)}. {advise(strangers)}")


def odd_ones(paths: Sequence[str | Path]) -> str:
    """Return a remark about gray images that look like label maps; ``""``: none.

    They have nothing in common that would make :func:`find_strangers` sure.

    Args:
        paths: All image files.
    """
    some = _spread(paths, _LOOKED_AT)
    odd = [path for path in some if _is_gray_label(path)]
    if len(odd) < max(1, _SHARE * len(some)):
        return ""
    return (
        f"warning: {len(odd)} of {len(some)} images looked at, such as {odd[0]}, are "
        "gray with a few values in patches, as label maps are. If they are some, they "
        "do not belong into this folder"
    )


def all_look_like_labels(paths: Sequence[str | Path]) -> bool:
    """Say whether all files that are looked at are gray with few values in patches."""
    return all(_is_gray_label(path) for path in _spread(paths, _LOOKED_AT))


def _is_gray_label(path: str | Path) -> bool:
    look = _look(Path(path))
    return bool(look and look.is_label and look.is_gray)


def _compare(
    names: Sequence[str],
    groups: Groups,
    grouping: Callable,
    looks: Callable[[str], Look | None],
) -> Strangers | None:
    labels, photographs = [], []
    for key, files in groups.items():
        seen = [looks(name) for name in _spread(files, _EACH)]
        named = grouping is _by_tails or _tells(key)
        if _are_labels(seen, named):
            labels.append(key)
        elif 2 * sum(look is None or look.is_label for look in seen) <= len(seen):
            photographs.append(key)
    if not photographs:  # flat pictures? then what the names tell decides
        labels = [key for key in labels if _tells(key)]
        photographs = [key for key in groups if key not in labels]
    files = sorted(name for key in labels for name in groups[key])
    few = grouping is not _by_telling_tails and len(files) < min(2, _SHARE * len(names))
    if not files or not photographs or few:
        return None
    about = (files, len(names), groups[photographs[0]][0])
    if grouping not in (_by_tails, _by_telling_tails, _by_suffix):
        alone = grouping is _by_first_folder and len(photographs) == 1
        return Strangers(*about, folder=photographs[0] if alone else "")
    ends = tuple(key.lower() for key in photographs)
    if any(key.lower().endswith(ends) for key in labels):
        return Strangers(*about, skip=tuple(labels))
    return Strangers(*about, suffixes=tuple(photographs))


def _are_labels(seen: Sequence[Look | None], named: bool) -> bool:
    """Whether files look like label maps; gray ones if their names do not tell."""
    return all(look and look.is_label and (named or look.is_gray) for look in seen)


def _tells(key: str) -> bool:
    return bool(_TELLING.search(key.lower()))


def _by_tails(names: Sequence[str]) -> Groups:
    """Group files by the ends that siblings differ in; names without any: no group."""
    starts = range(0, len(names), max(_CHUNK, len(names) // _CHUNKS))
    some = [name for start in starts for name in names[start : start + _CHUNK]]
    ends = sorted(sibling_tails(some), key=len, reverse=True)
    groups: dict[str, list[str]] = {}
    for name in names if ends else ():
        end = next((e for e in ends if name.lower().endswith(e.lower())), None)
        if end is not None:
            groups.setdefault(end, []).append(name)
    return groups


def _by_telling_tails(names: Sequence[str]) -> Groups:
    """Group files that are called like another one but for an end that tells."""
    known = {str(PurePath(name).with_suffix("")) for name in names}
    groups: dict[str, list[str]] = {}
    for name in names:
        found = _TELLING.search(name.lower(), name.rfind("/") + 1)
        at = len(name) if found is None else found.start()
        groups.setdefault(name[at:] if name[:at] in known else "", []).append(name)
    return groups if len(groups) <= _GROUPS else {}


def _by_suffix(names: Sequence[str]) -> Groups:
    return _by(names, lambda name: PurePath(name).suffix.lower())


def _by_first_folder(names: Sequence[str]) -> Groups:
    return _by(names, lambda name: name.partition("/")[0] if "/" in name else "")


def _by_last_folder(names: Sequence[str]) -> Groups:
    return _by(names, lambda name: PurePath(name).parent.name)


def _by(names: Sequence[str], key: Callable[[str], str]) -> Groups:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return groups if len(groups) <= _GROUPS else {}


def _look(path: Path) -> Look | None:
    try:
        return look_at(path)
    except (OSError, SyntaxError, ValueError):
        return None


def _spread(items: Sequence, limit: int) -> list:
    step = max(1, len(items) // limit)
    return list(items[::step][:limit])


def _by_word(names: Sequence[str]) -> Groups:
    return _by(names, lambda name: _WORD.match(PurePath(name).name).group())


def _relative(path: str | Path, root: str | Path) -> str:
    return str(path).removeprefix(f"{str(root).rstrip('/')}/")
