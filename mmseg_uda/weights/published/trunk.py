"""What the names and shapes of a checkpoint tell about its ResNet."""

import re
from dataclasses import dataclass
from typing import Any

from torch import Tensor

_BLOCK = re.compile(r"layer([1-4])\.(\d+)\.")
_BASIC = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}
_BOTTLENECK = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_NORM = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class Trunk:
    """A ResNet in four stages, as read from a state dict.

    Attributes:
        blocks: Number of blocks of each stage.
        bottleneck: Whether blocks have three convolutions instead of two.
        widths: Output channels of each stage; 0 where that is not in the file.
        stem_channels: Output channels of the first convolution.
        base_channels: Inner channels of the first stage.
    """

    blocks: tuple[int, ...]
    bottleneck: bool
    widths: tuple[int, ...]
    stem_channels: int
    base_channels: int

    @classmethod
    def read(cls, weights: dict[str, Tensor]) -> "Trunk":
        """Read the trunk from weights by name, without wrappers' prefixes."""
        found = [_BLOCK.match(name) for name in weights]
        indices = [(int(m[1]), int(m[2])) for m in found if m]
        blocks = tuple(
            max((j + 1 for i, j in indices if i == stage), default=0)
            for stage in (1, 2, 3, 4)
        )
        bottleneck = any(".conv3." in name for name in weights)
        last = f"conv{3 if bottleneck else 2}.weight"
        return cls(
            blocks,
            bottleneck,
            tuple(_channels(weights, f"layer{i}.0.{last}") for i in (1, 2, 3, 4)),
            _channels(weights, "conv1.weight"),
            _channels(weights, "layer1.0.conv1.weight"),
        )

    @property
    def depth(self) -> int | None:
        """Number of layers by which the network is known, or None."""
        known = _BOTTLENECK if self.bottleneck else _BASIC
        return next((d for d, blocks in known.items() if blocks == self.blocks), None)

    @property
    def title(self) -> str:
        """What the network is called."""
        return (
            f"ResNet-{self.depth}"
            if self.depth
            else f"a ResNet of {self.blocks} blocks"
        )

    @property
    def config(self) -> dict[str, Any] | None:
        """What a config's backbone must be, None if there is no such ResNet."""
        if self.depth is None:
            return None
        return dict(
            depth=self.depth,
            stem_channels=self.stem_channels,
            base_channels=self.base_channels,
        )

    @property
    def sizes(self) -> str:
        """The channels that heads can sit on, in words."""
        *_, third, fourth = self.widths
        return f"layer3 has {third} channels, layer4 {fourth}"

    def stages_of(self, channels: int) -> tuple[int, ...]:
        """Return the stages (3, 4) whose features have that many channels, in order."""
        *_, third, fourth = self.widths
        return {third: (3,), fourth: (4,), third + fourth: (4, 3)}.get(channels, ())

    def level(self, stage: int) -> tuple[int, int]:
        """Return channels and index of a stage's features in the backbone's output."""
        return self.widths[stage - 1], stage - 3

    def missing(self, weights: dict[str, Tensor]) -> list[str]:
        """Return what is missing of the trunk; for whole blocks ``layer3.22.*``."""
        names = [name for name in self.names if name not in weights]
        return names + self._missing_blocks()

    @property
    def names(self) -> list[str]:
        """Names of all weights of such a trunk, batch counters aside."""
        names = ["conv1.weight", *(f"bn1.{part}" for part in _NORM)]
        for stage, blocks in enumerate(self.blocks, 1):
            for block in range(blocks):
                start = f"layer{stage}.{block}."
                for i in range(1, 4 if self.bottleneck else 3):
                    names.append(f"{start}conv{i}.weight")
                    names += [f"{start}bn{i}.{part}" for part in _NORM]
                if block == 0 and (stage > 1 or self.bottleneck):
                    names.append(f"{start}downsample.0.weight")
                    names += [f"{start}downsample.1.{part}" for part in _NORM]
        return names

    def _missing_blocks(self) -> list[str]:
        absent = [i for i, blocks in enumerate(self.blocks, 1) if blocks == 0]
        if absent:
            return [f"layer{i}.*" for i in absent]
        if self.depth is not None:
            return []
        for known in (_BOTTLENECK if self.bottleneck else _BASIC).values():
            pairs = enumerate(zip(self.blocks, known, strict=True), 1)
            other = [(i, ours, theirs) for i, (ours, theirs) in pairs if ours != theirs]
            # a network of its own design differs in more than the end of one stage
            if len(other) == 1 and other[0][1] < other[0][2]:
                stage, ours, theirs = other[0]
                return [f"layer{stage}.{j}.*" for j in range(ours, theirs)]
        return []


def _channels(weights: dict[str, Tensor], name: str) -> int:
    weight = weights.get(name)
    return 0 if weight is None or weight.dim() != 4 else weight.shape[0]
