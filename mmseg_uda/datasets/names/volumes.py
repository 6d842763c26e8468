"""Volumes of medical images, which are not read."""

from collections.abc import Iterable

_KINDS = {
    ".nii": "NIfTI",
    ".nii.gz": "NIfTI",
    ".dcm": "DICOM",
    ".mha": "MetaImage",
    ".mhd": "MetaImage",
    ".nrrd": "NRRD",
}


def volume_advice(names: Iterable[str]) -> str:
    """Return what to do about volumes; ``""`` if there is none.

    Args:
        names: Names of files.
    """
    ends = tuple(_KINDS)
    volumes = [name for name in names if name.lower().endswith(ends)]
    if not volumes:
        return ""
    kind = next(_KINDS[e] for e in ends if volumes[0].lower().endswith(e))
    number = f"{len(volumes)} volumes" if len(volumes) > 1 else "a volume"
    return (
        f"{number} ({kind}, {volumes[0]}): a volume is many images, and is not read. "
        "Write its slices as TIFF, by the script in docs/label_formats.md, 'Volumes'"
    )
