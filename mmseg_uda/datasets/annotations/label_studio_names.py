"""Which file an image of Label Studio is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import parse_qs, unquote, urlsplit

from ..folders import some

_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")


def path_in(address: str) -> str:
    """Return the path in the address of an image.

    Args:
        address: ``/data/upload/1/1a2b3c4d-a.jpg``, ``/data/local-files/?d=b/a.jpg``,
            ``s3://bucket/b/a.jpg``, ``https://...`` or a path.
    """
    if "://" not in address and "?d=" not in address:
        return unquote(address).replace("\\", "/")
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d")
    return local[0].replace("\\", "/") if local else unquote(parts.path)


class ImageIndex:
    """Finds the images of a folder by what Label Studio calls them.

    Args:
        names: Paths of all images, relative to the folder.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = set(names)
        self._by_last: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            last = PurePath(name).name
            self._by_last[last].add(name)
            self._by_last[_as_uploaded(last)].add(name)

    def find(self, path: str, where: str) -> str | None:
        """Return the image that a path means; None if it is not there.

        The longest end of the path that is one counts; of an uploaded file the eight
        letters do not that Label Studio puts in front of its name.

        Args:
            path: As :func:`path_in` returns it.
            where: What names it, for the message.

        Raises:
            ValueError: If it may be several.
        """
        folders = PurePath(path.lstrip("/")).parts
        last = folders[-1] if folders else ""
        for name in (last, _UPLOADED.sub("", last, count=1)):
            for start in range(len(folders)):
                tail = "/".join((*folders[start:-1], name))
                if tail in self.names:
                    return tail
            found = self._by_last.get(name, ())
            if len(found) > 1:
                raise ValueError(
                    f"{where}: {path} may be {some(sorted(found))}: name these images "
                    "differently, or set image_dir to the folder of one of them"
                )
            if found:
                return next(iter(found))
        return None


def _as_uploaded(name: str) -> str:
    """Return the name under which Label Studio stores an uploaded file."""
    return re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))
