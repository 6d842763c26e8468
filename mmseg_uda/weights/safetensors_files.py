"""Weight files of the safetensors format, which hold tensors and nothing else."""

from pathlib import Path

from torch import Tensor

_LENGTH = 8  # bytes that say how long the JSON behind them is


def is_safetensors(path: str | Path) -> bool:
    """Whether a file begins as one of safetensors, be it whole or cut."""
    with open(path, "rb") as file:
        head = file.read(_LENGTH + 1)
    return head[_LENGTH:] == b"{" and not head.startswith((b"PK", b"\x80"))


def read_safetensors(path: str | Path) -> dict[str, Tensor]:
    """Read a file; needs the package safetensors, which timm brings.

    Raises:
        ValueError: If it is cut off or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path, device="cpu")
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"cannot read '{path}' as a safetensors file: {error} "
            f"({Path(path).stat().st_size} bytes). Copy or download it again."
        ) from error
