"""Reading weight files without ever executing code from them."""

import _codecs
import hashlib
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from torch import Tensor
from torch.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
)

from .safetensors_files import is_safetensors, read_safetensors
from .weight_files import check_is_file, is_intact, is_zip, why_unreadable

_LOCK = threading.Lock()
_DEPTH = 3  # dicts around a state dict; a dict could also contain itself


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
        path: File written by ``torch.save``, or of safetensors if that is installed.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is unreadable, damaged, or holds anything else; says which.
    """
    path = check_is_file(path)
    if is_safetensors(path) and find_spec("safetensors"):
        return read_safetensors(path)
    try:
        with _runner_types_allowed():
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises five kinds for broken files
        raise ValueError(
            f"cannot read '{path}' as a checkpoint: {why_unreadable(path, error)}"
        ) from error
    if is_zip(path) and not is_intact(path):
        raise ValueError(
            f"'{path}' is damaged: its content does not match the checksums that were "
            "saved with it. Copy or download it again."
        )
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
            ``model``, ``model_state_dict`` or, if there is no other, any name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read safely, holds no state dict, or holds tensors
            that are no weights (sparse, quantized, complex, without data).
    """
    content = load_checkpoint_file(path)
    for _ in range(_DEPTH):
        content = _unwrapped(content, path)
    named = {k: v for k, v in content.items() if isinstance(k, str)}
    weights = {k: v for k, v in named.items() if isinstance(v, Tensor)}
    if not weights:
        raise ValueError(_no_weights(content, path))
    odd = [name for name, weight in weights.items() if not _is_plain(weight)]
    if odd:
        raise ValueError(
            f"'{path}' holds {len(odd)} tensors that are sparse, quantized, complex or "
            f"without data, e.g. {', '.join(odd[:5])}; weights are dense numbers. Save "
            "the state dict of the network itself."
        )
    return weights


def _no_weights(content: dict[str, Any], path: str | Path) -> str:
    """Say what a file holds in place of tensors by name."""
    names = sorted(map(str, content))[:8]
    if any(isinstance(value, np.ndarray) for value in content.values()):
        return (
            f"'{path}' holds numpy arrays, not tensors: {names}. Save it again: "
            "torch.save({name: torch.from_numpy(a) for name, a in arrays.items()}, "
            "'weights.pth')"
        )
    return (
        f"'{path}' holds no weights, only {names} (expected parameter names, or "
        "'state_dict')"
    )


def _is_plain(weight: Tensor) -> bool:
    """Whether a tensor is a dense array of numbers that has its data."""
    is_dense = weight.layout == torch.strided and not weight.is_nested
    return is_dense and not (
        weight.is_meta or weight.is_quantized or weight.is_complex()
    )


def _unwrapped(content: dict[str, Any], path: str | Path) -> dict[str, Any]:
    """Return the dict inside that holds the state dict, or the dict itself."""
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(content.get(key), dict):
            return content[key]
    if any(isinstance(value, Tensor) for value in content.values()):
        return content
    found = [key for key, value in content.items() if _is_state_dict(value)]
    if len(found) > 1:
        raise ValueError(
            f"'{path}' holds several sets of weights: {', '.join(map(str, found))}. "
            "Save the one you mean alone: torch.save(torch.load(FILE, "
            f"weights_only=True)[{found[0]!r}], 'weights.pth')"
        )
    return content[found[0]] if found else content


def _is_state_dict(value: Any) -> bool:
    is_named = isinstance(value, dict) and all(isinstance(key, str) for key in value)
    return is_named and any(isinstance(weight, Tensor) for weight in value.values())


@contextmanager
def _runner_types_allowed() -> Iterator[None]:
    """Let torch's safe loader construct what a Runner checkpoint consists of."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the errors say it, and better
        before = list(get_safe_globals())
        add_safe_globals(_runner_types())
        try:
            yield
        finally:
            clear_safe_globals()
            add_safe_globals(before)


def _runner_types() -> list[Any]:
    multiarray = (np._core if hasattr(np, "_core") else np.core).multiarray
    kinds = (np.float64, np.float32, np.int64, np.int32, np.uint32, np.uint8, np.bool_)
    # torch 2.4 does not know by itself how protocol 2 writes the bytes of an array
    allowed = [HistoryBuffer, slice, np.ndarray, np.dtype, _codecs.encode]
    allowed += {type(np.dtype(kind)) for kind in (*kinds, np.str_)}
    # numpy 2 renamed the module; files of one generation are read with the other
    for module in ("numpy._core.multiarray", "numpy.core.multiarray"):
        allowed += [
            _named(multiarray._reconstruct, module, "_reconstruct"),
            _named(multiarray.scalar, module, "scalar"),
        ]
    # pickles of protocol 2, torch's default, use the name of Python 2
    for module in ("builtins", "__builtin__"):
        allowed.append(_named(_history_method, module, "getattr"))
    return allowed


def _named(function: Callable, module: str, name: str) -> Callable:
    """Wrap a function so that torch's safe loader finds it under another name."""

    def build(*args: Any) -> Any:
        return function(*args)

    # torch matches one of the two names, depending on its version
    build.__module__, build.__name__, build.__qualname__ = module, name, name
    return build


def _history_method(owner: Any, name: str) -> Any:
    """Stand in for ``getattr``, by which log histories refer to their own methods.

    The real one would let a file reach, and overwrite, the globals of any module.
    """
    if owner is not HistoryBuffer or name not in ("min", "max", "current", "mean"):
        raise ValueError(f"refused to look up {name!r}")
    return getattr(owner, name)
