"""Makes the ToyCity folder: all pictures of all domains, resumably."""

import os
import shutil
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from mmseg_uda.utils.atomic_files import check_writable, write_atomic

from .formats import DOMAINS
from .manifest import (
    FORMAT_VERSION,
    MANIFEST,
    PARTIAL,
    Settings,
    all_settings,
    check_settings,
    manifest_bytes,
    read_domains,
)
from .pictures import draw_domains, list_pictures

_TEMPORARY = ".toycity-"
_STALE = 3600.0  # seconds after which a killed run's temporary folder is removed


def make_toycity(
    out: str | os.PathLike,
    *,
    only: Collection[str] = DOMAINS,
    seed: int = 0,
    counts: dict[str, dict[str, int]] | None = None,
    sizes: dict[str, tuple[int, int]] | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    progress: bool = True,
) -> Path:
    """Draw ToyCity to disk; what is there already is kept.

    Every picture depends on (seed, domain, split, index) alone, so a run may be
    interrupted, repeated and spread over any number of processes. Safe to call from
    several processes at once, though each then draws everything.

    Args:
        out: Folder to fill; nothing outside of it is written.
        only: Domains to make, of ``'gta5'``, ``'synthia'``, ``'cityscapes'``.
        seed: Seed of the whole benchmark, >= 0.
        counts: Pictures by domain and split; defaults to ``DEFAULT_COUNTS``.
        sizes: (width, height) in pixels by domain; defaults to ``DEFAULT_SIZES``.
        workers: Processes; defaults to one per available core.
        overwrite: Whether to remove what an earlier run made of these domains.
        progress: Whether to show a progress bar.

    Returns:
        ``out`` as a path.

    Raises:
        ValueError: If a domain is unknown, a number is out of range, or the folder was
            made with other settings.
        FileExistsError: If a domain's folder holds foreign data.
        OSError: If ``out`` cannot be written.
    """
    wanted = all_settings(only, seed, counts or {}, sizes or {})
    workers = _cores() if workers is None else workers
    if workers < 1:
        raise ValueError(
            f"workers must be >= 1, got {workers}; leave it out for one a core"
        )
    return _make(Path(out), wanted, workers, overwrite, progress)


def ensure_toycity(out: str | os.PathLike, only: Collection[str] = DOMAINS) -> Path:
    """Make the domains ``only`` of ToyCity at ``out`` unless they are there, whole.

    Domains that were made with other settings (seed, counts, sizes) are taken as they
    are, and mended as such: whoever made them wanted them so. Meant for one process
    at a time; the others wait for it.

    Raises:
        FileExistsError: If a domain's folder holds foreign data.
        ValueError: If a domain was made by another version of ToyCity.
    """
    out = Path(out)
    wanted = all_settings(only, 0, {}, {})
    known = read_domains(out / PARTIAL) | read_domains(out / MANIFEST)
    for domain in wanted.keys() & known.keys():
        settings = known[domain]["settings"]
        if settings["format_version"] == FORMAT_VERSION:
            wanted[domain] = settings
    return _make(out, wanted, _cores(), overwrite=False, progress=True)


def _make(
    out: Path,
    wanted: dict[str, Settings],
    workers: int,
    overwrite: bool,
    progress: bool,
) -> Path:
    finished, begun = read_domains(out / MANIFEST), read_domains(out / PARTIAL)
    known = begun | finished
    _check_folder(out, wanted, known, overwrite)
    redo = [domain for domain in wanted if domain in known] if overwrite else []
    complete = not redo and all(domain in finished for domain in wanted)
    if complete and all(picture.done for picture in list_pictures(out, wanted)):
        return out
    check_writable(out, "--out (in training --toy-root)")
    out.mkdir(parents=True, exist_ok=True)
    _remove_stale(out)
    temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=out))
    try:
        for domain in redo:
            finished.pop(domain, None)
            if (out / domain).exists():  # at once, lest old and new pictures mix
                os.replace(out / domain, temporary / domain)
        if redo:
            write_atomic(out / MANIFEST, manifest_bytes(finished), temporary)
        begun |= {domain: {"settings": wanted[domain]} for domain in wanted}
        write_atomic(out / PARTIAL, manifest_bytes(begun), temporary)
        finished |= draw_domains(out, wanted, temporary, workers, progress)
        write_atomic(out / MANIFEST, manifest_bytes(finished), temporary)
        _forget(out, begun, wanted, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return out


def _check_folder(
    out: Path, wanted: dict[str, Settings], known: dict[str, dict], overwrite: bool
) -> None:
    """Refuse foreign data always, and other settings unless told to overwrite."""
    for domain, settings in wanted.items():
        folder = out / domain
        if domain not in known and folder.exists() and any(folder.iterdir()):
            raise FileExistsError(
                f"{folder} holds data that ToyCity did not make and will not touch; "
                "choose another --out"
            )
        if domain in known and not overwrite:
            check_settings(known[domain]["settings"], settings, out, domain)


def _forget(
    out: Path, begun: dict[str, dict], made: Collection[str], temporary: Path
) -> None:
    """Take finished domains off the list of begun ones."""
    rest = {domain: entry for domain, entry in begun.items() if domain not in made}
    if rest:
        write_atomic(out / PARTIAL, manifest_bytes(rest), temporary)
    else:
        (out / PARTIAL).unlink(missing_ok=True)


def _remove_stale(out: Path) -> None:
    for folder in out.glob(f"{_TEMPORARY}*"):
        if time.time() - folder.stat().st_mtime > _STALE:
            shutil.rmtree(folder, ignore_errors=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
