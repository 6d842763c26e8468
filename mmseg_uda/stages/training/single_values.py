"""What a batch norm that is given a single value says, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import StageError

_TORCHS_OWN = "more than 1 value per channel"


@contextmanager
def explained_single_values(stage: str) -> Iterator[None]:
    """Explain torch's error about a batch norm with one value a channel.

    Args:
        stage: Name of the stage that trains.

    Raises:
        StageError: In place of torch's ValueError.
    """
    try:
        yield
    except ValueError as error:
        if _TORCHS_OWN not in str(error):
            raise
        raise StageError(
            f"stage '{stage}': a batch norm is given a single value per channel "
            f"({error}): crops are too small for this network with one image of a "
            "domain at once. Make crop_size larger (own.crop_size), or take two images "
            "of each domain (own.samples_per_domain and own.batch_size)"
        ) from error
