"""How far the statistics of batch norms have moved, and which moved most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from prettytable import PrettyTable

from .running_statistics import RunningStatistics


@dataclass(frozen=True)
class Movement:
    r"""How far the input of one batch norm has moved, over its channels.

    .. math::
        s_c = \frac{|\mu^T_c - \mu^S_c|}{\sigma^S_c},\qquad
        r_c = \ln \frac{\sigma^T_c}{\sigma^S_c},\qquad
        \sigma = \sqrt{\mathrm{var} + \epsilon}

    with the layer's own :math:`\epsilon`, S what it held before and T after.

    Args:
        layer: Its name.
        channels: Their number.
        values: Number of values a channel that were seen.
        shift: Mean of s, in source standard deviations.
        largest_shift: Its maximum.
        log_ratio: Mean of r; above 0 the target varies more.
        absolute_log_ratio: Mean of abs(r).
    """

    layer: str
    channels: int
    values: int
    shift: float
    largest_shift: float
    log_ratio: float
    absolute_log_ratio: float

    @classmethod
    def between(
        cls,
        layer: str,
        before: RunningStatistics,
        after: RunningStatistics,
        eps: float,
        values: int,
    ) -> Movement:
        """Measure how far a layer's statistics have moved."""
        source, target = (s.variance.add(eps).sqrt() for s in (before, after))
        shift = (after.mean - before.mean).abs() / source
        ratio = (target / source).log()
        return cls(
            layer,
            len(shift),
            values,
            float(shift.mean()),
            float(shift.max()),
            float(ratio.mean()),
            float(ratio.abs().mean()),
        )

    @property
    def size(self) -> float:
        """What layers are ranked by: mean of s plus mean of abs(r)."""
        return self.shift + self.absolute_log_ratio

    def as_json(self) -> dict:
        """Return the numbers by name."""
        return asdict(self)


def movement_table(moved: Sequence[Movement], most: int = 10) -> str:
    """Return the layers that moved most as a table, the first one first.

    Args:
        moved: The layers.
        most: How many to show.
    """
    table = PrettyTable(
        ["layer", "channels", "shift, mean", "shift, largest", "ln(std ratio)"]
    )
    table.align = "r"
    table.align["layer"] = "l"
    for layer in sorted(moved, key=lambda layer: -layer.size)[:most]:
        numbers = (layer.shift, layer.largest_shift)
        table.add_row(
            [layer.layer, layer.channels]
            + [f"{number:.2f}" for number in numbers]
            + [f"{layer.log_ratio:+.2f}"]
        )
    return table.get_string()
