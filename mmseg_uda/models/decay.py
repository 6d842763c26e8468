"""A factor that falls from one to zero as training goes on."""

from __future__ import annotations

from numbers import Real


class Decay:
    r"""The factor :math:`(1 - i / T)^a` of iteration i; 0 from T on.

    CLAN's released code damps two of its terms with a = 1, T = 100000.

    Args:
        end_iters: T, iterations; > 0.
        power: a, > 0.

    Raises:
        ValueError: If an argument is no number above 0.
    """

    def __init__(self, end_iters: int, power: float = 1.0) -> None:
        given = (end_iters, power)
        if not all(isinstance(value, Real) and value > 0 for value in given):
            raise ValueError(
                "decay needs end_iters > 0 and power > 0, got "
                f"end_iters={end_iters!r}, power={power!r} (decay=None for none)"
            )
        self.end_iters = end_iters
        self.power = power

    def __call__(self, iteration: int) -> float:
        """The factor after so many iterations, in [0, 1]."""
        return max(0.0, 1 - iteration / self.end_iters) ** self.power

    def equation(self) -> str:
        """The factor as a formula."""
        power = "" if self.power == 1 else f"^{self.power:g}"
        return f"(1 - i/{self.end_iters}){power}"
