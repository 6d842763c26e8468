"""A folder with one or more files an image, which a killed run goes on with."""

import json
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import ClassVar

from mmseg_uda.utils.atomic_files import remove_leftovers, write_json
from mmseg_uda.utils.plain import differences, flattened
from mmseg_uda.utils.progress_journal import ProgressJournal


class ResumableFolder(ABC):
    """Knows what an earlier run has done, and refuses what is not its own.

    The folder holds, in this order of writing: ``settings.json`` (what decides the
    content), the files of each image in ``folders``, a journal of what is done, and, as
    the sign that all is finished, ``report``. Every file appears complete or not at
    all. A subclass names these and writes them; each record of the journal holds
    ``image`` and ``bytes``, the sizes of the image's files in the order of
    :meth:`paths`.

    Args:
        folder: Output folder. Nothing is written outside of it.
        names: Image paths relative to the image root, with forward slashes.
        settings: What decides the content, as JSON types. A folder with other
            settings is not continued.
        rank: Rank of this process.

    Raises:
        ValueError: If a name would leave the folder.
    """

    #: What the folder holds, in the plural, for messages.
    content: ClassVar[str]
    #: Sub-folders of the images' files.
    folders: ClassVar[Sequence[str]]
    #: Other files that this class writes.
    files: ClassVar[Sequence[str]]
    #: The file that is written last; one of ``files``.
    report: ClassVar[str]
    #: Settings that every run has: they tell our settings.json from another program's.
    always: ClassVar[frozenset[str]]

    def __init__(
        self, folder: str | Path, names: Sequence[str], settings: dict, rank: int = 0
    ) -> None:
        self.folder = Path(folder)
        self.names = list(names)
        self.settings = settings
        self.journal = ProgressJournal(self.folder, rank)
        self.settings_file = self.folder / "settings.json"
        self.report_file = self.folder / self.report
        for name in self.names:
            _check_inside(name)

    @abstractmethod
    def paths(self, name: str) -> tuple[Path, ...]:
        """Return the files of an image; the last ones may not be written."""

    def prepare(self, overwrite: bool = False) -> list[int]:
        """Get the folder ready and return the indices of the images still to do.

        Called by one rank, before any rank writes.

        Args:
            overwrite: Remove an earlier run's files first, whatever its settings.

        Raises:
            ValueError: If the folder was made with other settings.
            FileExistsError: If it holds files of these names that no run of this
                class made. They are not removed by ``overwrite`` either.
        """
        if self.settings_file.is_file():
            earlier = self._read_earlier()
            if overwrite:
                self._remove_earlier()
            else:
                self._check_same_settings(earlier)
        else:
            self._check_nothing_foreign()
        write_json(self.settings_file, self.settings)
        remove_leftovers(self.folder)
        for name in self.folders:
            remove_leftovers(self.folder / name, below=True)
        done = self.journal.read()
        pending = [
            i for i, name in enumerate(self.names) if not self._is_done(name, done)
        ]
        if pending:
            self.report_file.unlink(missing_ok=True)
        return pending

    def _is_done(self, name: str, done: dict[str, dict]) -> bool:
        """Tell whether an image has a record and its files have the recorded sizes."""
        if name not in done:
            return False
        return all(
            path.is_file() and path.stat().st_size == size
            for path, size in zip(self.paths(name), done[name]["bytes"], strict=False)
        )

    def _read_earlier(self) -> dict:
        """Read the settings of an earlier run; many programs have such a file."""
        try:
            earlier = json.loads(self.settings_file.read_bytes())
        except ValueError:
            earlier = None
        if not isinstance(earlier, dict) or not earlier.keys() >= self.always:
            raise FileExistsError(
                f"{self.settings_file} was not written with {self.content}, so the "
                "folder is left alone; choose another folder"
            )
        return earlier

    def _check_same_settings(self, earlier: dict) -> None:
        wanted = json.loads(json.dumps(self.settings))
        changed = differences(flattened(earlier), flattened(wanted))
        if changed:
            raise ValueError(
                f"{self.folder} holds {self.content} made with other settings "
                f"(before -> now: {_shortened('; '.join(changed))}); choose "
                "another folder, or overwrite them (--overwrite)"
            )

    def _check_nothing_foreign(self) -> None:
        own = (*self.folders, "progress", *self.files)
        foreign = [name for name in own if (self.folder / name).exists()]
        if foreign:
            raise FileExistsError(
                f"{self.folder} holds {', '.join(foreign)}, but no settings.json: this "
                f"was not written as {self.content} and is left alone; choose another "
                "folder"
            )

    def _remove_earlier(self) -> None:
        # settings.json goes last: it says that the rest is ours to remove.
        for name in (*self.folders, "progress"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in self.files:
            (self.folder / name).unlink(missing_ok=True)
        self.settings_file.unlink()


def _shortened(text: str) -> str:
    """Return a text with the first eight digits of each SHA-256."""
    return re.sub(r"\b([0-9a-f]{8})[0-9a-f]{56}\b", r"\1...", text)


def _check_inside(name: str) -> None:
    """Refuse an image name that is absolute or climbs out of its folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.name:
        raise ValueError(
            f"image name {name!r} leaves the output folder; names are paths relative "
            "to the image root, without '..'"
        )
