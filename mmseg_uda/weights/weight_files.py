"""Telling what is wrong with a file that should hold weights."""

import itertools
import pickletools
import re
import zipfile
from pathlib import Path

from mmseg_uda.utils.suggestions import did_you_mean

_HEAD = 512  # bytes that tell what kind of file it is
# what a file of another kind starts with
_KINDS = (
    (b"version https://git-lfs", "a Git LFS pointer, not the file it stands for"),
    (b"<", "a web page or XML, perhaps an error page of the download"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"\x89HDF", "an HDF5 file"),
)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_PICKLE = b"\x80"
_ZIP = b"PK\x03\x04"
_CUT_OFF = ("EOF", "Ran out of input")
# what the older format of torch.save begins with, as a pickled number
_TORCH = 0x1950A86A20F9469CFC6C.to_bytes(10, "little")
_NEW_PROTOCOL = "Unsupported operand"
_NOT_EXECUTED = (
    "and code of a file is never executed. If you trust its origin, re-save its "
    "state dict alone: torch.save(model.state_dict(), 'weights.pth')."
)
_AGAIN = "Copy or download it again."
_TOO_NEW = (
    "it is pickled by protocol 4 or later (torch.save's own is 2), which the reader "
    f"that trusts nobody does not know, {_NOT_EXECUTED}"
)


def is_file_name(value: str) -> bool:
    """Say whether a text is named like a weight file, rather than a stage or model."""
    return value.endswith((".pth", ".pt", ".pkl", ".safetensors"))


def check_is_file(path: str | Path, option: str = "") -> Path:
    """Return the path of a weights file, its ``~`` expanded.

    Args:
        path: Where it should be.
        option: Where the path was given, for the message.

    Raises:
        FileNotFoundError: If nothing is there.
        ValueError: If it is a folder.
    """
    path, given = Path(path).expanduser(), f"{option}: " if option else ""
    if path.is_dir():
        inside = sorted(file.name for file in path.glob("*.pth"))[-3:]
        hint = f", e.g. one of its {', '.join(inside)}" if inside else ""
        raise ValueError(f"{given}'{path}' is a folder; give a weights file{hint}")
    if path.is_symlink() and not path.exists():
        raise FileNotFoundError(
            f"{given}'{path}' is a link to '{path.readlink()}', which does not exist"
        )
    if not path.is_file():
        looked = "" if path.is_absolute() else f" (looked in {Path.cwd()})"
        near = (file.name for file in path.parent.glob(f"*{path.suffix}"))
        raise FileNotFoundError(
            f"{given}the file '{path}' does not exist{looked}; check the path."
            + did_you_mean(path.name, near)
        )
    return path


def is_intact(path: str | Path) -> bool:
    """Whether a file is a whole ``torch.save`` archive whose content is unchanged.

    All of it is read, a piece at a time, and compared with the checksums that
    ``torch.save`` put into it; ``torch.load`` itself does not look at them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            whole = any(name.endswith("/data.pkl") for name in names)
            return whole and archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError):
        return False


def is_zip(path: str | Path) -> bool:
    """Whether a file begins as the archives of ``torch.save``, be it whole or cut."""
    return _head(path).startswith(_ZIP)


def why_unreadable(path: Path, error: Exception) -> str:
    """Say what is wrong with a file that ``torch.load`` refused, and what to do.

    Args:
        path: The file.
        error: What ``torch.load(weights_only=True)`` raised.
    """
    if isinstance(error, PermissionError):
        return "there is no permission to read it. Change its mode, or copy it."
    head = _head(path)
    if not head:
        return f"it is empty. {_AGAIN}"
    if head.startswith(_ZIP):
        return _why_not_archive(path, error)
    if head.startswith(_PICKLE) or _is_pickle_in_letters(path):
        return _why_not_pickle(path, error)
    kind = _kind_of(head)
    if kind is not None:
        return f"it is {kind}. Give a file written by torch.save."
    return f"it was not written by torch.save, or its start is damaged. {_AGAIN}"


def _kind_of(head: bytes) -> str | None:
    for start, kind in _KINDS:
        if head.lstrip().startswith(start):
            return kind
    if head[8:9] == b"{":
        return (
            "probably a safetensors file; pip install safetensors to read it, or "
            "convert it by torch.save(safetensors.torch.load_file(FILE), 'weights.pth')"
        )
    if _TEXT.fullmatch(head):
        first = head.decode(errors="replace").split("\n")[0]
        return f"text ('{first[:40]}')"
    return None


def _why_not_archive(path: Path, error: Exception) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return f"it is truncated ({path.stat().st_size} bytes, no end). {_AGAIN}"
    if not any(name.endswith("/data.pkl") for name in names):
        return f"it is a zip archive of something else ({', '.join(names[:3])})."
    if any(name.endswith("/constants.pkl") for name in names):
        return "it is a TorchScript program. Save the state dict of the model instead."
    if not is_intact(path):
        return f"its content has changed since it was written. {_AGAIN}"
    if _NEW_PROTOCOL in str(error):
        return _TOO_NEW
    return _foreign(error) or f"torch.load says: {_short(error)}"


def _why_not_pickle(path: Path, error: Exception) -> str:
    foreign = _foreign(error)
    if foreign is not None:
        return foreign
    if isinstance(error, EOFError) or any(mark in str(error) for mark in _CUT_OFF):
        return f"it is truncated. {_AGAIN}"
    if _NEW_PROTOCOL in str(error) and _TORCH in _head(path):
        return _TOO_NEW
    names, whole = _names_in_pickle(path)
    if not whole:
        return f"it is a Python pickle that is truncated or damaged. {_AGAIN}"
    what = f"that refers to '{names[0]}'" if names else "without tensors"
    return f"it is a Python pickle {what}, {_NOT_EXECUTED}"


def _is_pickle_in_letters(path: Path) -> bool:
    names, whole = _names_in_pickle(path)  # protocol 0 has no mark at its start
    return whole and bool(names)


def _names_in_pickle(path: Path) -> tuple[list[str], bool]:
    """Return what a pickle would import, and whether it can be read to its end.

    Its instructions are listed, not carried out.
    """
    names: list[str] = []
    strings: list[str] = []
    try:
        with open(path, "rb") as file:
            for code, value, _ in itertools.islice(pickletools.genops(file), 10000):
                if code.name == "GLOBAL":
                    names.append(str(value).replace(" ", "."))
                elif code.name == "STACK_GLOBAL":
                    names.append(".".join(strings[-2:]))
                elif isinstance(value, str):
                    strings.append(value)
    except (ValueError, OverflowError, IndexError, UnicodeDecodeError):
        return names, False
    return names, True


def _foreign(error: Exception) -> str | None:
    """Name the type of object that a file holds beside weights, if that is it."""
    found = re.search(r"GLOBAL (\S+) was not an allowed", str(error))
    found = found or re.search(r"Trying to load unsupported GLOBAL (\S+)", str(error))
    found = found or re.search(r"module (\S+) which is blocked", str(error))
    if found is None and "types allowlisted" not in str(error):
        return None
    what = f"'{found[1]}'" if found else "objects"
    return f"it holds {what} beside weights, {_NOT_EXECUTED}"


def _short(error: Exception) -> str:
    # torch's first line advises to execute the file's code; the reason comes after
    text = str(error).rpartition("WeightsUnpickler error:")[2]
    lines = text.strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 200 else f"{lines[0][:200]} ..."


def _head(path: str | Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(_HEAD)
