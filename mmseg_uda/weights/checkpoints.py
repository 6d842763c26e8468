"""Loading weights into models, and saying exactly what of them fits."""

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mmseg_uda.utils.finite import not_finite
from mmseg_uda.utils.unwrapped import unwrapped

from .published import to_mmseg_names
from .published.foreign import known_kind
from .safe_loading import file_hash, load_checkpoint_file, load_weights_file

__all__ = [
    "TRAINING_PARTS",
    "WeightsMismatchError",
    "WeightsReport",
    "compare_with_model",
    "file_hash",
    "load_checkpoint_file",
    "load_into",
    "load_weights",
    "load_weights_file",
]

#: What only training needs of a UDASegmentor, as patterns of names: discriminators and
#: the buffers of objectives. They belong to their stage; a file may hold them or not.
TRAINING_PARTS = ("heads.*", "maps.*", "objectives.*", "views.*")

_COUNTED_APART = ("*num_batches_tracked",)  # which old files don't have
_LISTED = 20  # names of each kind that an error spells out
_SIZE_MISMATCH = re.compile(
    r"size mismatch for (\S+): copying a param with shape torch\.Size\((\[.*?\])\) "
    r"from checkpoint, the shape in current model is torch\.Size\((\[.*?\])\)"
)


class WeightsMismatchError(ValueError):
    """Weights are those of another network."""


@dataclass
class WeightsReport:
    """How a state dict fits a model; names are those of the model's own files.

    Attributes:
        missing: In the model, but not in the state dict.
        unexpected: In the state dict, but not in the model.
        wrong_shape: In both: name -> (shape in the state dict, shape in the model).
        num_fitting: Weights in both, of one shape.
    """

    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    wrong_shape: dict[str, tuple[str, str]] = field(default_factory=dict)
    num_fitting: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many weights fit, and how many do not for which reason."""
        return {
            "fitting": self.num_fitting,
            "missing": len(self.missing),
            "unexpected": len(self.unexpected),
            "wrong_shape": len(self.wrong_shape),
        }

    @property
    def is_complete(self) -> bool:
        """Whether every weight has exactly one counterpart."""
        return not (self.missing or self.unexpected or self.wrong_shape)

    def __str__(self) -> str:
        shapes = [f"{k}: file {a}, model {b}" for k, (a, b) in self.wrong_shape.items()]
        return "\n".join(
            part
            for part in (
                _list("missing in the file", self.missing),
                _list("unknown to the model", self.unexpected),
                _list("of another shape", shapes),
            )
            if part
        )


def _list(title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f"\n    ... and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    lines = "\n    ".join(names[:_LISTED])
    return f"  {title} ({len(names)}):\n    {lines}{more}"


def compare_with_model(
    model: nn.Module, state_dict: dict[str, Tensor], ignore: Sequence[str] = ()
) -> WeightsReport:
    """Report what of a state dict does not fit, without touching the model.

    The hooks by which the model translates names of other layouts are respected; a
    model whose names in files differ from those in memory has ``name_in_file``.
    ``num_batches_tracked`` may be missing: old files don't have it.

    Args:
        model: The model; a data-parallel wrapper is looked through.
        state_dict: Weights by name.
        ignore: Shell patterns such as ``'heads.*'`` of missing or unexpected names to
            leave out of the report. What the model says that it needs (frozen parts)
            is missed in any case.
    """
    report = WeightsReport()
    model = unwrapped(model)
    in_file = getattr(model, "name_in_file", str)

    def record(_: nn.Module, keys: Any) -> None:
        needed = getattr(model, "needed_in_files", tuple)()
        missing = _without(map(in_file, keys.missing_keys), _COUNTED_APART)
        report.missing = [
            name for name in missing if _fits(name, needed) or not _fits(name, ignore)
        ]
        report.unexpected = _without(map(in_file, keys.unexpected_keys), ignore)

    shadow = _shadow(model)
    shadow.register_load_state_dict_post_hook(record)
    try:
        shadow.load_state_dict(state_dict, strict=False, assign=True)
    except RuntimeError as error:
        found = _SIZE_MISMATCH.findall(str(error))
        if not found:
            raise
        report.wrong_shape = {in_file(name): (a, b) for name, a, b in found}
    wanted = _without(map(in_file, shadow.state_dict()), (*_COUNTED_APART, *ignore))
    report.num_fitting = len({*wanted} - {*report.missing, *report.wrong_shape})
    return report


def _without(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    return [n for n in names if not _fits(n, patterns)]


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _shadow(model: nn.Module) -> nn.Module:
    """Copy the structure of a model, on the meta device, so that loading is free."""
    memo: dict[int, Any] = {}
    for parameter in model.parameters():
        meta = torch.empty_like(parameter, device="meta")
        memo[id(parameter)] = nn.Parameter(meta, parameter.requires_grad)
    for buffer in model.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(model, memo)


def load_into(
    model: nn.Module,
    path: str | Path,
    allow_partial: bool = False,
    ignore: Sequence[str] = (),
) -> WeightsReport:
    """Load a weights file into a model, completely or not at all.

    Args:
        model: The model; a data-parallel wrapper is looked through.
        path: Weights file, see :func:`load_weights_file`, in mmseg's names or in those
            of the literature, see :func:`to_mmseg_names`.
        allow_partial: Load what fits, if anything does, and only report the rest.
        ignore: Shell patterns of names that may be missing or unexpected, such as
            ``'heads.*'`` for the discriminators of another stage.

    Returns:
        What did not fit (nothing, unless ``allow_partial``).

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is unreadable, holds numbers that are not finite, fits in
            part and ``allow_partial`` is off, or not at all; the model is then
            unchanged.
    """
    state_dict = to_mmseg_names(load_weights_file(path))
    try:
        return load_weights(model, state_dict, str(path), allow_partial, ignore)
    except ValueError as error:
        seems = known_kind(state_dict)
        if seems is None:
            raise
        raise type(error)(f"{error}\nWhat it seems to be: {seems}") from error


def load_weights(
    model: nn.Module,
    state_dict: dict[str, Tensor],
    origin: str,
    allow_partial: bool = False,
    ignore: Sequence[str] = (),
) -> WeightsReport:
    """Load a state dict as :func:`load_into` does; ``origin`` names it in errors."""
    bad = _without(not_finite(state_dict), ignore)
    if bad:
        raise ValueError(
            f"'{origin}' holds NaN or infinite numbers in {len(bad)} of its "
            f"{len(state_dict)} tensors, e.g. {', '.join(bad[:5])}: the run that wrote "
            "it had diverged. Nothing was loaded; take an earlier checkpoint."
        )
    report = compare_with_model(model, state_dict, ignore)
    if allow_partial and not (report.is_complete or report.num_fitting):
        raise WeightsMismatchError(
            f"nothing in '{origin}' fits {type(model).__name__}, which would stay "
            f"random:\n{report}\nUse weights of the same architecture."
        )
    if not (report.is_complete or allow_partial):
        raise WeightsMismatchError(
            f"'{origin}' fits {type(model).__name__} only in part; nothing was loaded:"
            f"\n{report}\nUse weights of the same architecture, or change the config "
            "to that of the file."
        )
    target = unwrapped(model)
    try:
        target.load_state_dict(state_dict, strict=False)
    except RuntimeError:
        # Everything of the right shape is loaded by now; the report names the rest.
        if not report.wrong_shape:
            raise
    return report
