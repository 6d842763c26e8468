"""What the names and shapes of a checkpoint tell about a segmentation head."""

import re
from dataclasses import dataclass

from torch import Tensor

_CONCAT = re.compile(r"(conv2d_list\.\d+\.\d+|bottleneck|head)\.")
_CONV = ("weight", "bias")
_BN = (*_CONV, "running_mean", "running_var")
#: Kinds of heads.
SUM, CONCAT = "sum", "concat"


@dataclass(frozen=True)
class Head:
    """A head of the literature, as read from a state dict.

    Attributes:
        name: ``layer5`` or ``layer6``.
        kind: ``'sum'`` (four dilated branches, summed) or ``'concat'`` (five branches
            with norms, concatenated; a bottleneck; a classifier).
        in_channels: Channels of its input. Numbers not in the file are 0.
        num_classes: Number of classes.
        channels: Of each concatenated branch.
        bottleneck_channels: Of the bottleneck.
        norm: ``'BN'``, ``'LN'`` or ``'GN'``. Instance norm with scale and shift has
            the same names and shapes as group norm and is read as such.
        se_channels: Hidden channels of the squeeze-and-excitation gates; 0: no gates.
    """

    name: str
    kind: str
    in_channels: int
    num_classes: int
    channels: int = 0
    bottleneck_channels: int = 0
    norm: str | None = None
    se_channels: int = 0

    @classmethod
    def read(cls, weights: dict[str, Tensor], name: str) -> "Head":
        """Read a head from weights by name, without wrappers' prefixes."""
        start = f"{name}."
        own = {n[len(start) :]: w for n, w in weights.items() if n.startswith(start)}
        if not any(_CONCAT.match(n) for n in own):
            shape = _shape(own, r"conv2d_list\.\d+\.weight", 4)
            return cls(name, SUM, in_channels=shape[1], num_classes=shape[0])
        branch = _shape(own, r"conv2d_list\.\d+\.0\.weight", 4)
        return cls(
            name,
            CONCAT,
            in_channels=branch[1],
            num_classes=_shape(own, r"head\.1\.weight", 4)[0],
            channels=branch[0],
            bottleneck_channels=_shape(own, r"bottleneck\.\d\.weight", 4)[0],
            norm=_norm(own),
            se_channels=_shape(own, r"bottleneck\.0\.se\.0\.weight", 2)[0],
        )

    @property
    def names(self) -> list[str]:
        """Names of all weights of such a head, in the published layout."""
        if self.kind == SUM:
            own = [f"conv2d_list.{i}.{part}" for i in range(4) for part in _CONV]
            return [f"{self.name}.{name}" for name in own]
        norm = _BN if self.norm == "BN" else _CONV
        own = []
        for i in range(5):
            own += [f"conv2d_list.{i}.0.{part}" for part in _CONV]
            own += [f"conv2d_list.{i}.1.{part}" for part in norm]
        first = 1 if self.se_channels else 0
        if self.se_channels:
            own += [f"bottleneck.0.se.{i}.{part}" for i in (0, 2) for part in _CONV]
        own += [f"bottleneck.{first}.{part}" for part in _CONV]
        own += [f"bottleneck.{first + 1}.{part}" for part in norm]
        return [f"{self.name}.{name}" for name in (*own, "head.1.weight")]


def _shape(own: dict[str, Tensor], pattern: str, dims: int) -> tuple[int, ...]:
    """Return the shape of the first weight of that name and number of dimensions."""
    for name, weight in own.items():
        if weight.dim() == dims and re.fullmatch(pattern, name):
            return tuple(weight.shape)
    return (0,) * dims


def _norm(own: dict[str, Tensor]) -> str:
    if any(name.endswith("running_mean") for name in own):
        return "BN"
    norm = re.compile(r"conv2d_list\.\d\.1\.weight")
    flat = all(weight.dim() < 2 for n, weight in own.items() if norm.fullmatch(n))
    return "GN" if flat else "LN"
