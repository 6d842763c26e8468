"""Fetching pretrained weights, or saying what to do without a network."""

import os
import re
import socket
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlparse

import mmengine
import torch
from mmengine.dist import barrier
from mmengine.runner.checkpoint import get_external_models

from .packaged_weights import SCHEME, packaged_file

_TIMEOUT = 30  # seconds without an answer
_ADVICE = (
    "Download them elsewhere and give the file with `--pretrained FILE`, or start from "
    "random weights with `--pretrained none`"
)


class UnknownWeightsError(ValueError):
    """A collection of weights has none of that name."""


def local_file(checkpoint: str, advice: str = _ADVICE) -> Path:
    """Return the path of a checkpoint, downloading it first if it is an address.

    The first process of each machine downloads, into torch's hub folder (set
    ``TORCH_HOME`` to move it); the others wait.

    Args:
        checkpoint: File, ``http(s)://`` address, ``torchvision://NAME``,
            ``open-mmlab://NAME``, or ``package://NAME`` (see :func:`packaged_file`).
        advice: What to do where it cannot be downloaded, for the message.

    Raises:
        UnknownWeightsError: If there are no weights of that name.
        ValueError: If the download fails, or a package is missing or damaged.
    """
    url = _resolve(checkpoint)
    path = _place(url)
    if "://" not in url:
        return path
    error: Exception | None = None
    if int(os.environ.get("LOCAL_RANK", 0)) == 0 and not path.is_file():
        try:
            _download(url, path)
        except (OSError, HTTPException, RuntimeError) as caught:
            error = caught
    barrier()
    if not path.is_file():
        raise ValueError(
            f"cannot download the weights '{checkpoint}' from {url}"
            f"{f' ({error})' if error else ''}. {advice}."
        ) from error
    return path


def place_on_disk(checkpoint: str) -> Path:
    """Return where a checkpoint lies, or will once :func:`local_file` has fetched it.

    Raises:
        UnknownWeightsError: If there are no weights of that name.
        ValueError: If a package is missing or damaged.
    """
    return _place(_resolve(checkpoint))


def _place(url: str) -> Path:
    if "://" not in url:
        return Path(url).expanduser()
    # the folder that torch.hub, and with it mmengine, would use, too
    name = Path(urlparse(url).path).name
    return Path(torch.hub.get_dir()) / "checkpoints" / name


def _resolve(checkpoint: str) -> str:
    if checkpoint.startswith(SCHEME):
        return str(packaged_file(checkpoint))
    if checkpoint.startswith("open-mmlab://"):
        names = get_external_models()
    elif checkpoint.startswith("torchvision://"):
        # the list is mmengine's, so torchvision need not be installed
        names = mmengine.load(
            Path(mmengine.__file__).parent / "hub" / "torchvision_0.12.json"
        )
    else:
        return checkpoint
    scheme, name = checkpoint.split("://", 1)
    if name not in names:
        known = ", ".join(sorted(n for n in names if "resnet" in n))
        raise UnknownWeightsError(
            f"{scheme} has no weights named '{name}'; it has {known}"
        )
    return names[name]


def _download(url: str, path: Path) -> None:
    """Fetch a file; its name's hash part, as in ``-63fe2227.pth``, is checked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = re.search(r"-([0-9a-f]{8,})\.", path.name)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        torch.hub.download_url_to_file(url, str(path), found and found.group(1))
    finally:
        socket.setdefaulttimeout(before)
