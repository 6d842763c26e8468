"""What the user gets to read when something is wrong: one block, no traceback."""

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from mmseg_uda.utils.ranks import RankZeroError

from .checks.building_errors import from_building
from .errors import StageError
from .ranks import launched_rank

_PACKAGE = str(Path(__file__).resolve().parents[1])
_EXPLAINED = (ValueError, TypeError, OSError, KeyError, ArithmeticError, RuntimeError)
_IN_WORKER = re.compile(r'File "(?P<file>[^"]+)", line \d+, in \S+\n\s+raise ')


def explanation(error: BaseException) -> str | None:
    """Return the message of an error that was raised on purpose, else None.

    On purpose means: by a ``raise`` statement of this package, or by mmengine for
    a name that no registry knows or an argument that a part does not take. Anything
    else is a bug, whose traceback must not be hidden. Errors of data loader workers
    carry theirs as text.
    """
    for link in _chain(error):
        if not isinstance(link, _EXPLAINED):
            continue
        if _raised_on_purpose(link):
            return _message(link)
        of_building = from_building(link)
        if of_building is not None:
            return of_building
        in_worker = _message_from_worker(link)
        if in_worker is not None:
            return in_worker
    return None


@contextlib.contextmanager
def explained_errors(debug: bool = False, how_to_continue: str = "") -> Iterator[None]:
    """Turn explained errors and Ctrl-C into a short message and an exit code.

    Args:
        debug: Let every exception through with its traceback.
        how_to_continue: Printed after Ctrl-C.

    Raises:
        SystemExit: With code 1 after an explained error, 130 after Ctrl-C, 141 where
            nobody reads on, as behind ``| head``.
    """
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        if debug:
            raise
        if launched_rank() == 0:
            print(f"\nInterrupted. {how_to_continue}".rstrip(), file=sys.stderr)
        raise SystemExit(130) from None
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            raise SystemExit(141) from None
        message = explanation(error)
        if debug or message is None:
            raise
        rank = launched_rank()
        # what rank 0 decided fails on every rank: say it once
        if rank == 0 or not isinstance(error, StageError | RankZeroError):
            where = f" (rank {rank})" if rank else ""
            indented = message.strip().replace("\n", "\n  ")
            print(
                f"\nerror{where}: {indented}\n  (--debug shows the traceback)",
                file=sys.stderr,
                flush=True,
            )
        raise SystemExit(1) from None


def _nobody_reads() -> bool:
    """Tell whether standard output is a pipe that was closed; if so, silence it."""
    try:
        print(flush=True)
    except BrokenPipeError:
        # what is left in the buffer would raise once more when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _raised_on_purpose(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return False
    last = frames[-1]
    is_ours = last.filename.startswith(_PACKAGE) or isinstance(error, StageError)
    return is_ours and (last.line or "").startswith("raise")


def _message_from_worker(error: BaseException) -> str | None:
    text = str(error)
    if "in DataLoader worker" not in text:
        return None
    frames = list(_IN_WORKER.finditer(text))
    if not frames or not frames[-1]["file"].startswith(_PACKAGE):
        return None
    found = re.search(r"\n\w*(?:Error|Exception): ", text[frames[-1].end() :])
    if found is None:
        return None
    return text[frames[-1].end() + found.end() :]


def _message(error: BaseException) -> str:
    # str(KeyError) is the repr of its message
    is_key_error = isinstance(error, KeyError) and error.args
    return str(error.args[0]) if is_key_error else str(error)
