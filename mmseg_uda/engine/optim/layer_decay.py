"""Learning rates that fall with the distance of a layer from the output."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_EXAMPLE = r"layer_decay=dict(backbone=dict(rate=0.9, layers=r'blocks\.(\d+)'))"


@dataclass(frozen=True)
class LayerDecay:
    r"""Factors of the layers of one network: ``rate`` per layer, from the output down.

    Of n layers the last has the factor ``rate``, the first ``rate ** n``, and what
    comes before the first (patch embedding, position embedding, class tokens, a stem)
    ``rate ** (n + 1)``. What comes after the last, such as a final norm, has 1. What
    stands between two layers belongs to the next. That is the numbering of BEiT's
    fine-tuning, in which heads count as the layer behind the last.

    Args:
        rate: Factor per layer, in (0, 1].
        layers: Regular expression that is searched in the names of parameters; its
            groups are the numbers of a layer: ``r'blocks\.(\d+)'`` of a transformer,
            ``r'stages_(\d+)'`` for the stages of timm's ConvNeXt, and
            ``r'stages_(\d+)\.blocks\.(\d+)'`` for each of their blocks.

    Raises:
        ValueError: If the rate is out of range, or ``layers`` is no regular expression
            with a group.
    """

    rate: float
    layers: str

    def __post_init__(self) -> None:
        """Check both."""
        is_number = isinstance(self.rate, int | float)
        if not is_number or not 0 < self.rate <= 1:
            raise ValueError(f"rate must be in (0, 1], got {self.rate!r}")
        try:
            groups = re.compile(self.layers).groups
        except (re.error, TypeError) as error:
            raise ValueError(
                f"layers={self.layers!r} is no regular expression: {error}"
            ) from error
        if not groups:
            raise ValueError(
                f"layers={self.layers!r} has no group for the number of a layer; "
                rf"write it as in {_EXAMPLE}"
            )

    @classmethod
    def of(cls, config: object) -> "LayerDecay":
        """Build it from the value of a config.

        Raises:
            ValueError: If that is no dict of ``rate`` and ``layers``.
        """
        if not isinstance(config, Mapping) or set(config) != {"rate", "layers"}:
            raise ValueError(f"must be as in {_EXAMPLE}, got {config!r}")
        return cls(**config)

    def factors(self, names: Sequence[str]) -> dict[str, float]:
        """Return the factor of each parameter.

        Args:
            names: Names of all parameters of the network, trained or not, in their
                order, which is taken for that from input to output.

        Raises:
            ValueError: If no name has a layer in it.
        """
        numbers = {name: self._number(name) for name in names}
        found = {number for number in numbers.values() if number is not None}
        if not found:
            raise ValueError(
                f"layers={self.layers!r} fits none of its {len(names)} parameters, "
                f"e.g. {', '.join(names[-3:])}"
            )
        depths = {number: i for i, number in enumerate(sorted(found), start=1)}
        last = len(depths) + 1
        return {
            name: self.rate ** (last - depth)
            for name, depth in _filled(numbers, depths, last).items()
        }

    def _number(self, name: str) -> tuple[int, ...] | None:
        match = re.search(self.layers, name)
        if match is None:
            return None
        try:
            return tuple(int(group) for group in match.groups())
        except (TypeError, ValueError):
            raise ValueError(
                f"layers={self.layers!r} finds {match.groups()} in '{name}', which are "
                "not the numbers of a layer"
            ) from None


def _filled(
    numbers: Mapping[str, tuple[int, ...] | None],
    depths: Mapping[tuple[int, ...], int],
    last: int,
) -> dict[str, int]:
    """Return each parameter's depth: 0 before the first layer, ``last`` behind all."""
    filled: dict[str, int] = {}
    following = last
    for name, number in reversed(numbers.items()):
        following = following if number is None else depths[number]
        filled[name] = following
    for name, number in numbers.items():
        if number is not None:
            break
        filled[name] = 0
    return filled
