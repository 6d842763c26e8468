"""The folder that is written to, and that of the images."""

from pathlib import Path


def check_apart(out_dir: str | Path, image_root: Path) -> None:
    """Keep what is written out of the image folder, where a later run would read it.

    Raises:
        ValueError: If the output folder is, or lies in, that of the images.
    """
    if Path(out_dir).resolve().is_relative_to(image_root.resolve()):
        raise ValueError(
            f"the output folder {out_dir} lies in the image folder {image_root}, so "
            "what is written would be taken for images; choose one outside of it"
        )
