"""Whether images that have no labels can be read, all of them, before one is."""

from mmseg_uda.datasets.checks.file_checks import check_headers
from mmseg_uda.datasets.checks.problem import told
from mmseg_uda.datasets.image_files import ImageFiles

from ..errors import StageError


def check_images(files: ImageFiles, name: str, key: str) -> None:
    """Check what all files declare, as the checks before a training do.

    Args:
        files: The images.
        name: What they are called.
        key: Where the config says how they are read.

    Raises:
        StageError: If some are broken, or not of the kind that the config says; it
            names all kinds of mistakes.
    """
    samples = [dict(img_path=path, image_reader=files.reader) for path in files.paths]
    _, problems, _ = check_headers(samples, name)
    if not problems:
        return
    text = told(name, problems)
    if any(problem.lacks_option for problem in problems):
        text += (
            f"\nThese images are read as {key} says, for instance by --cfg-options "
            f"{key}.value_range=0,65535"
        )
    raise StageError(text)
