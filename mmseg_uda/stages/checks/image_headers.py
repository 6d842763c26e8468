"""Whether images that have no labels can be read, all of them, before one is."""

from pathlib import Path

from mmengine.config import Config

from mmseg_uda.datasets.checks.file_checks import check_headers
from mmseg_uda.datasets.checks.problem import told
from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.target_images import reader_key

from ..errors import StageError


def check_images(
    cfg: Config,
    folder: str | Path | None,
    files: ImageFiles,
    argument: str = "--images",
) -> None:
    """Check what all files declare, as the checks before a training do.

    Args:
        cfg: Config that says how images are read.
        folder: What ``--images`` names; None for the target in training.
        files: The images.
        argument: What names the folder on the command line; empty: its place.

    Raises:
        StageError: If some are broken, or not of the kind that the config says; it
            names all kinds of mistakes.
    """
    name = "target" if folder is None else f"{argument} {folder}".strip()
    samples = [dict(img_path=path, image_reader=files.reader) for path in files.paths]
    _, problems, _ = check_headers(samples, name)
    if not problems:
        return
    text = told(name, problems)
    if any(problem.lacks_option for problem in problems):
        key = reader_key(cfg, "target", images=[] if folder is None else [folder])
        text += (
            f"\nThese images are read as {key} says, for instance by --cfg-options "
            f"{key}.value_range=0,65535"
        )
    raise StageError(text)
