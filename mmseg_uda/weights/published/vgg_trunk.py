"""What the names and shapes of a checkpoint tell about its VGG-16."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

#: Where the convolutions are: 13 of VGG-16 without its last two poolings, fc6 and fc7.
_CONVS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31)


@dataclass(frozen=True)
class VggTrunk:
    """The dilated VGG-16 of AdaptSegNet, as read from a state dict.

    Attributes:
        base_channels: Output channels of the first convolution; 0 if it is missing.
        channels: Output channels of fc7; 0 if it is missing.
    """

    base_channels: int
    channels: int

    @classmethod
    def read(cls, weights: dict[str, Tensor]) -> "VggTrunk":
        """Read the trunk from weights by name, without wrappers' prefixes."""
        first, last = (weights.get(f"features.{i}.weight") for i in (0, _CONVS[-1]))
        return cls(*(0 if w is None or w.dim() != 4 else len(w) for w in (first, last)))

    @property
    def title(self) -> str:
        """What the network is called."""
        return "VGG-16"

    @property
    def config(self) -> dict[str, Any]:
        """What a config's backbone must be."""
        return dict(base_channels=self.base_channels)

    @property
    def sizes(self) -> str:
        """The channels that heads can sit on, in words."""
        return f"fc7 has {self.channels} channels"

    @property
    def names(self) -> list[str]:
        """Names of all its weights."""
        parts = ("weight", "bias")
        return [f"features.{i}.{part}" for i in _CONVS for part in parts]

    def missing(self, weights: dict[str, Tensor]) -> list[str]:
        """Return what is missing of the trunk."""
        return [name for name in self.names if name not in weights]

    def stages_of(self, channels: int) -> tuple[int, ...]:
        """Return the stage whose features have that many channels: the last, 4."""
        return (4,) if 0 < channels == self.channels else ()

    def level(self, stage: int) -> tuple[int, int]:
        """Return channels and index of a stage's features in the backbone's output."""
        return self.channels, 0
