"""What to say of a file that is no image."""

from pathlib import Path

from ..names.volumes import volume_advice

_POINTER = b"version https://git-lfs"
#: What files of other kinds begin with, and what they are.
_KINDS = {
    b"\x76\x2f\x31\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"\x93NUMPY": "NumPy",
    b"\x89HDF": "HDF5",
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"PF\n": "PFM",
    b"Pf\n": "PFM",
}
_HEIF = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc")


def no_image(path: str | Path, data: bytes) -> str:
    """Return why a file cannot be read as an image, and what to do.

    Args:
        path: Its name.
        data: Its content, or the beginning of it.
    """
    if not data:
        return f"{path} is not an image, it is empty (0 bytes): fetch it again"
    if data.startswith(_POINTER):
        return (
            f"{path} is not an image but the pointer of Git LFS to one: fetch it, by "
            "git lfs pull"
        )
    if volume := volume_advice([Path(path).name]):
        return f"{path} is not an image but {volume}"
    kind = next((kind for head, kind in _KINDS.items() if data.startswith(head)), None)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        kind = "HEIF"
    if kind is not None:
        return (
            f"{path} is not an image that can be read but a {kind} file: write it as "
            "PNG or TIFF, or leave it out by its suffix"
        )
    return f"{path} is not an image: fetch it again, or take it out of the folder"
