"""What a batch norm normalises with, read and set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class RunningStatistics:
    """Mean and variance of each channel, in float64.

    Args:
        mean: (C,).
        variance: (C,).
    """

    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, norm: nn.Module) -> RunningStatistics:
        """Return a copy of what a batch norm holds."""
        return cls(norm.running_mean.double(), norm.running_var.double()).clone()

    def clone(self) -> RunningStatistics:
        """Return a copy."""
        return RunningStatistics(self.mean.clone(), self.variance.clone())

    def blended(self, other: RunningStatistics, share: float) -> RunningStatistics:
        """Return ``share * other + (1 - share) * self``, of means and of variances."""
        return RunningStatistics(
            torch.lerp(self.mean, other.mean, share),
            torch.lerp(self.variance, other.variance, share),
        )

    def put_into(self, norm: nn.Module) -> None:
        """Let a batch norm normalise with these, rounded to its own precision."""
        norm.running_mean.copy_(self.mean)
        norm.running_var.copy_(self.variance)

    def is_finite(self) -> bool:
        """Say whether all numbers are finite."""
        return bool(torch.isfinite(torch.stack([self.mean, self.variance])).all())
