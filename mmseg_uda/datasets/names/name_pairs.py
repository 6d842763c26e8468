"""Which ends of file names would pair up images and labels that do not as they are."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

_TOKENS = re.compile(r"\d+|[^\W\d_]+|.")
_SHOWS = re.compile(r"colou?r|rgb|vis|instance|overlay")  # labels, but no ids
_MANY = 8  # files that share a beginning by chance rather than as siblings


@dataclass(frozen=True)
class Tails:
    """Ends of names by which images and labels pair up.

    Attributes:
        image: End of the images' names, the suffix included.
        label: End of the labels' names.
        pairs: How many pairs there are.
        left: How many files with these ends have no partner.
    """

    image: str
    label: str
    pairs: int
    left: int


def matching_tails(
    images: Sequence[str], labels: Sequence[str] | None = None
) -> list[Tails]:
    """Return the pairs of ends that would match most files, best first.

    Args:
        images: Paths of all files of the image folder, relative to it.
        labels: The same of the label folder; None: both lie in one folder.

    Returns:
        Those with the most pairs, and among them with the fewest files left, in one
        folder with the shortest end of images; pictures of labels are the last.
    """
    others = images if labels is None else labels
    likely = _likely(images, others, labels is None)
    counted = [_count(*tails, images, others) for tails in likely]
    counted = [tails for tails in counted if 2 * tails.pairs > tails.left]
    most = max((tails.pairs for tails in counted), default=0)
    best = [tails for tails in counted if tails.pairs == most]

    def rank(tails: Tails) -> tuple:
        order = (tails.left, len(tails.image))
        order = order if labels is not None else order[::-1]
        shows = bool(_SHOWS.search(tails.label.lower()))
        return *order, tails.image, shows, tails.label

    return sorted(best, key=rank)


def sibling_tails(names: Sequence[str]) -> set[str]:
    """Return the ends that files of one folder differ in where they begin alike.

    Args:
        names: Paths relative to the folder.

    Returns:
        Ends of at least two files of which most have a sibling, and the siblings' ends.
    """
    found: set[str] = set()
    for tails in _likely(names, names, True):
        firsts, seconds = _all_stems(tails, names, names)
        if len(firsts & seconds) >= max(2, len(seconds) / 2):
            found |= {*tails}
    return found


def matching_heads(
    images: Sequence[str], labels: Sequence[str]
) -> tuple[str, str] | None:
    """Return an image and its label whose names begin differently.

    Args:
        images: As for :func:`matching_tails`.
        labels: Likewise, of another folder.

    Returns:
        Their paths, if at least half of the images have such a partner.
    """
    by_end: dict[str, str] = {}
    for label, ends in zip(labels, _all_ends(labels), strict=True):
        for end in ends:
            by_end[end] = "" if end in by_end else label  # of one label alone
    heads = defaultdict(list)
    for image, ends in zip(images, _all_ends(images), strict=True):
        end = next((end for end in ends if by_end.get(end)), None)
        if end is not None:
            label, number = by_end[end], end.rpartition("/")[2]
            head, other = image.partition(number)[0], label.partition(number)[0]
            if head != other:
                heads[head, other].append((image, label))
    best = max(heads.values(), key=len, default=[])
    return best[0] if best and 2 * len(best) >= len(images) else None


def matching_prefixes(
    images: Sequence[str], labels: Sequence[str]
) -> tuple[str, str] | None:
    """Return what to take off the beginnings of names so that they pair up.

    Args:
        images: As for :func:`matching_tails`.
        labels: Likewise, of another folder.

    Returns:
        The prefixes of images and of labels, one of which may be empty, if at least
        half of the images have a partner then, each of its own.
    """
    candidates = [("", _beginning(labels)), (_beginning(images), "")]
    example = matching_heads(images, labels)
    if example is not None:
        image, label = (_name(path) for path in example)
        both = zip(reversed(image), reversed(label), strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
        candidates.insert(0, (image[: len(image) - same], label[: len(label) - same]))
    fitting = (pair for pair in candidates if _pair_up(*pair, images, labels))
    return next(fitting, None)


def _pair_up(
    image_prefix: str, label_prefix: str, images: Sequence[str], labels: Sequence[str]
) -> bool:
    """Say whether half of the images have a label without prefixes, each its own."""
    first = [_without(image_prefix, path) for path in images]
    second = [_without(label_prefix, path) for path in labels]
    known = [stem for stem in second if stem is not None]
    shared = {*first} & {*known}
    return len({*known}) == len(known) and 2 * len(shared) >= len(images)


def _beginning(paths: Sequence[str]) -> str:
    """Return what all names begin with, up to the first number."""
    columns = zip(*map(_name, paths), strict=False)
    equal = takewhile(lambda column: len({*column}) == 1, columns)
    return re.split(r"\d", "".join(column[0] for column in equal))[0]


def _name(path: str) -> str:
    return _stem(path).rpartition("/")[2]


def _without(prefix: str, path: str) -> str | None:
    """Return a stem without the prefix of its name, None if it has another one."""
    folder, slash, name = _stem(path).rpartition("/")
    return folder + slash + name[len(prefix) :] if name.startswith(prefix) else None


def near_miss(images: Sequence[str], labels: Sequence[str]) -> tuple[str, str] | None:
    """Say what else the names differ in, and what to do, if that is all.

    Args:
        images: As for :func:`matching_tails`.
        labels: Likewise.
    """
    for why, simplified in _NEAR.items():
        known = {simplified(label): label for label in labels}
        found = [(i, known[simplified(i)]) for i in images if simplified(i) in known]
        if found and 2 * len(found) >= len(images):
            return why, f"{found[0][0]} <-> {found[0][1]}"
    return None


def _stem(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return folder + slash + (name.rpartition(".")[0] or name)


_NEAR = {
    "in upper and lower case": lambda path: _stem(path).lower(),
    "in leading zeros": lambda path: re.sub(r"0*(\d+)", r"\1", _stem(path)),
    "in their sub-folders": lambda path: _stem(path).rpartition("/")[2],
}


def _cuts(path: str) -> list[tuple[str, str]]:
    """Cut a path behind the words and numbers of its file name, longest first."""
    folder, slash, name = path.rpartition("/")
    tokens, cuts, length = _TOKENS.findall(name), [], 0
    for token in tokens[:-1]:
        length += len(token)
        if token.isalnum():
            cuts.append((folder + slash + name[:length], name[length:]))
    return cuts[::-1]


def _all_ends(paths: Sequence[str]) -> list[list[str]]:
    """Return ends of files' names, longest first, but for what all end in."""
    names = [_TOKENS.findall(path.rpartition("/")[2]) for path in paths]
    columns = zip(*(tokens[::-1] for tokens in names), strict=False)
    common = sum(1 for _ in takewhile(lambda column: len({*column}) == 1, columns))
    common = common if len(names) > 1 else 2  # of one: the suffix
    found = []
    for path, tokens in zip(paths, names, strict=True):
        folder, slash, _ = path.rpartition("/")
        kept = tokens[: max(0, len(tokens) - common)]
        starts = [i for i in range(1, len(kept)) if kept[i].isalnum()]
        found.append([folder + slash + "".join(kept[i:]) for i in starts])
    return found


def _likely(
    images: Sequence[str], others: Sequence[str], one_folder: bool
) -> list[tuple[str, str]]:
    """Return the ends behind the longest common beginnings, the most frequent first."""
    by_key = defaultdict(set)
    for other in others:
        for key, tail in _cuts(other):
            by_key[key].add(tail)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for image in images:
        for key, tail in _cuts(image):
            found = by_key.get(key, set()) - ({tail} if one_folder else set())
            if found:
                for other in found if len(found) <= _MANY else ():
                    counts[tail, other] += 1
                break
    return sorted(counts, key=counts.__getitem__, reverse=True)[:_MANY]


def _count(
    image: str, label: str, images: Sequence[str], labels: Sequence[str]
) -> Tails:
    first, second = _all_stems((image, label), images, labels)
    return Tails(image, label, len(first & second), len(first ^ second))


def _all_stems(
    tails: tuple[str, str], images: Sequence[str], labels: Sequence[str]
) -> tuple[set[str], set[str]]:
    image, label = (tail.lower() for tail in tails)
    return _stems(images, image, label), _stems(labels, label, image)


def _stems(names: Sequence[str], end: str, other: str) -> set[str]:
    """Return names without an end, of those that have it and not a longer other."""
    longer = other if len(other) > len(end) else "/"
    return {
        name[: -len(end)]
        for name in names
        if name.lower().endswith(end) and not name.lower().endswith(longer)
    }
