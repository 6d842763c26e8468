"""Mean and variance of each channel, from parts that are combined exactly."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ChannelMoments:
    r"""Count, mean and sum of squared deviations of each channel, in float64.

    Parts are combined by the pairwise update of Chan, Golub and LeVeque (1979):

    .. math::
        \delta = \mu_b - \mu_a,\quad n = n_a + n_b,\quad
        \mu = \mu_a + \delta \frac{n_b}{n},\quad
        M_2 = M_{2,a} + M_{2,b} + \delta^2 \frac{n_a n_b}{n}

    So the variance between parts (between images) is in the result, which averaging
    their variances would lose, and nothing large is subtracted from something large, as
    in :math:`E[x^2] - E[x]^2`. In which order parts come matters to float64's rounding
    alone.

    Args:
        num_channels: C.
        device: Where the numbers are.

    Attributes:
        count: Number of values a channel.
        mean: (C,).
        deviations: Sum of squared deviations from the mean, (C,), >= 0.
    """

    def __init__(
        self, num_channels: int, device: torch.device | str | None = None
    ) -> None:
        self.count = 0
        self.mean, self.deviations = torch.zeros(
            2, num_channels, dtype=torch.float64, device=device
        )

    @classmethod
    def for_norm(cls, norm: nn.Module) -> ChannelMoments:
        """Return moments of no values yet, for the channels of a batch norm."""
        return cls(norm.running_mean.numel(), norm.running_mean.device)

    def add(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add the values of a feature map.

        Args:
            values: (N, C, *), any floating type.

        Returns:
            Mean and variance of these values alone, each (C,), float64; the variance is
            divided by their number.
        """
        dims = [0, *range(2, values.dim())]
        values = values.detach().double()
        variance, mean = torch.var_mean(values, dim=dims, correction=0)
        count = values.numel() // values.shape[1]
        self.merge(count, mean, variance * count)
        return mean, variance

    def merge(self, count: int, mean: Tensor, deviations: Tensor) -> None:
        """Add other values by what is known of them; see the attributes."""
        if not count:
            return
        total = self.count + count
        share = count / total
        delta = mean - self.mean
        self.deviations = self.deviations + deviations + delta**2 * self.count * share
        self.mean = self.mean + delta * share
        self.count = total

    def variance(self) -> Tensor:
        """Return the variance as batch norm keeps it: divided by the count - 1, (C,).

        Where there is one value it is 0.
        """
        return self.deviations / max(self.count - 1, 1)

    def packed(self) -> Tensor:
        """Return all numbers as one vector, (1 + 2 C,), to be sent elsewhere."""
        return torch.cat(
            [self.mean.new_tensor([self.count]), self.mean, self.deviations]
        )

    def merge_packed(self, vector: Tensor) -> None:
        """Add what :meth:`packed` has returned elsewhere."""
        mean, deviations = vector[1:].chunk(2)
        self.merge(int(vector[0]), mean, deviations)
