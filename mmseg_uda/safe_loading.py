"""Reading weight files without ever executing code from them."""

import hashlib
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.utils import digit_version
from torch import Tensor
from torch.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
)

_LOCK = threading.Lock()


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file's content in hex; memory doesn't grow with size."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def load_checkpoint_file(path: str | Path) -> dict[str, Any]:
    """Load a whole checkpoint to the CPU without ever executing code from it.

    Only tensors, plain Python containers and the few types that mmengine's Runner
    saves (log histories, numpy arrays and scalars) are accepted. There is no unsafe
    fall-back, unlike in mmengine, so call this first on files from elsewhere, also
    before a Runner resumes from them.

    Args:
        path: File written by ``torch.save``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is unreadable, truncated, or holds anything else.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint file at '{path}' (check the path)")
    try:
        with _runner_types_allowed():
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises five kinds for broken files
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f"cannot read '{path}' as a checkpoint: {reason[0]} The file is truncated, "
            "not written by torch.save, or holds objects other than weights, which are "
            "never executed. Download it again, or re-save it as a plain state dict."
        ) from error
    if not isinstance(content, dict):
        raise ValueError(
            f"'{path}' holds a {type(content).__name__}, not a state dict or a "
            "checkpoint with one (save model.state_dict(), not the model)"
        )
    return content


def load_weights_file(path: str | Path) -> dict[str, Tensor]:
    """Load the state dict of a file: a plain one, or that of a checkpoint.

    Args:
        path: File holding a state dict, or a dict with one under ``state_dict``,
            ``model`` or ``model_state_dict``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read safely or holds no state dict.
    """
    content = load_checkpoint_file(path)
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(content.get(key), dict):
            content = content[key]
            break
    weights = {k: v for k, v in content.items() if isinstance(v, Tensor)}
    if not weights:
        raise ValueError(
            f"'{path}' holds no weights, only {sorted(map(str, content))[:8]} "
            "(expected parameter names, or 'state_dict')"
        )
    return weights


@contextmanager
def _runner_types_allowed() -> Iterator[None]:
    """Let torch's safe loader construct what a Runner checkpoint consists of."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        before = list(get_safe_globals())
        add_safe_globals(_runner_types())
        try:
            yield
        finally:
            clear_safe_globals()
            add_safe_globals(before)


def _runner_types() -> list[Any]:
    core = "numpy._core" if hasattr(np, "_core") else "numpy.core"
    multiarray = getattr(np, core.removeprefix("numpy.")).multiarray
    builders = [multiarray._reconstruct, multiarray.scalar]
    kinds = (np.float64, np.float32, np.int64, np.int32, np.uint32, np.uint8, np.bool_)
    allowed = [
        HistoryBuffer,
        np.ndarray,
        np.dtype,
        *builders,
        *{type(np.dtype(kind)) for kind in kinds},
    ]
    if digit_version(torch.__version__) >= digit_version("2.6.0"):
        # numpy 2 renamed the module: files of one generation, read with the other
        other = {"numpy._core": "numpy.core", "numpy.core": "numpy._core"}[core]
        allowed += [(f, f"{other}.multiarray.{f.__name__}") for f in builders]
    return allowed
