"""Building parts from a config, with errors that lead to the mistake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmseg_uda.utils.error_text import said_by

from ..errors import StageError
from ..explanations import explanation
from .building_errors import wrong_argument


@contextmanager
def building(what: str, part: Any = None) -> Iterator[None]:
    """Say of every error inside what was being built.

    What goes wrong while a part is built from a config is a matter of the config, be
    it an assertion of another package; ``--debug`` still shows the traceback.

    Args:
        what: Key of the config, for instance.
        part: Class that is built, where mmengine does not look it up by its name.

    Raises:
        StageError: In place of any other exception.
    """
    try:
        yield
    except Exception as error:
        told = explanation(error) or wrong_argument(error, part)
        told = told or said_by(error)
        raise StageError(f"{what}: {told}") from error
