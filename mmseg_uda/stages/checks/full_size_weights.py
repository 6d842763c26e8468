"""Weights of full size, given to the small network of ``--toy``, or the reverse."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmseg_uda.weights.checkpoints import WeightsMismatchError

from ..errors import StageError


@contextmanager
def toy_explained(toy: bool) -> Iterator[None]:
    """Say in the error why weights do not fit, if it may be due to ``--toy``.

    Raises:
        StageError: Instead of the error about weights.
    """
    try:
        yield
    except WeightsMismatchError as error:
        if not toy:
            raise StageError(
                f"{error}\nIf the file is of a --toy run: add --toy, with the same "
                "--toy-network."
            ) from error
        raise StageError(
            f"{error}\n--toy trains a small network, which weights of full size do not "
            "fit: leave --toy out, or give a checkpoint of a --toy run with the same "
            "--toy-network (before that option there was but the random one)."
        ) from error
