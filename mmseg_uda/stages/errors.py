"""The error that a user can act on."""

from collections.abc import Iterator
from contextlib import contextmanager


class StageError(ValueError):
    """A run cannot go on for a reason that its user can act on."""


@contextmanager
def said_of_stage(name: str) -> Iterator[None]:
    """Name a stage in the errors about it.

    Raises:
        StageError: In place of a ValueError.
    """
    try:
        yield
    except ValueError as error:
        if isinstance(error, StageError) and f"'{name}'" in str(error):
            raise
        raise StageError(f"stage '{name}': {error}") from error
