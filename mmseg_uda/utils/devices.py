"""Where a model that only predicts is put."""

import torch
from mmengine.dist import get_local_rank


def choose_device(name: str | None) -> torch.device:
    """Return the device to predict on.

    Args:
        name: E.g. ``'cpu'``; None for this process' GPU if there is one.

    Raises:
        ValueError: If there is no such device.
    """
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(
            f"device={name!r} is unknown; use 'cpu', 'cuda' or e.g. 'cuda:1'"
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device={name!r}, but torch sees no GPU on this machine; use device='cpu'"
        )
    if device.type == "cuda" and device.index is None:
        device = torch.device("cuda", get_local_rank())
    return device
