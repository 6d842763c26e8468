"""The scores that the literature knows, of the predicted probabilities."""

from __future__ import annotations

import math

from torch import Tensor

from .score import Score


def confidence_score(probs: Tensor) -> Tensor:
    """1 - max_c p_c of probabilities (K, H, W): (H, W), in [0, 1 - 1/K]."""
    return 1 - probs.max(dim=0).values


def margin_score(probs: Tensor) -> Tensor:
    """1 - (largest - second p_c) of probabilities (K, H, W): (H, W), in [0, 1]."""
    largest, second = probs.topk(2, dim=0).values
    return 1 - (largest - second)


def entropy_score(probs: Tensor) -> Tensor:
    """Entropy of probabilities (K, H, W), divided by log K: (H, W), in [0, 1]."""
    terms = -(probs * probs.clamp(min=1e-30).log())
    return terms.sum(dim=0) / math.log(len(probs))


def usual_scores() -> list[Score]:
    """Scores of the prediction itself, which cost nothing more."""
    return [
        Score(
            "1 - confidence",
            "usual",
            "1 - max_c p_c, p predicted as in a test",
            link="1 - score",
            of_probs=confidence_score,
        ),
        Score(
            "entropy",
            "usual",
            "-sum_c p_c log p_c / log K, p predicted as in a test",
            of_probs=entropy_score,
        ),
        Score(
            "1 - margin",
            "usual",
            "1 - (p_first - p_second), p predicted as in a test",
            link="1 - score",
            of_probs=margin_score,
        ),
    ]
