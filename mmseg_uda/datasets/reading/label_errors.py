"""What is said of a label file that cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import UnidentifiedImageError

from .no_image import no_image


@contextmanager
def label_errors(path: str | Path, data: bytes) -> Iterator[None]:
    """Say which label it is that is damaged or no image.

    Args:
        path: The file.
        data: Its bytes.

    Raises:
        ValueError: In place of what decoders raise.
    """
    try:
        yield
    except UnidentifiedImageError as error:
        raise ValueError(
            f"cannot read the label {path}: {no_image('it', data)}"
        ) from error
    except (OSError, SyntaxError) as error:
        raise ValueError(
            f"cannot read the label {path}: {error}. The file is truncated or no "
            "image: fetch it again"
        ) from error
