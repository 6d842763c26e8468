"""How long to train, from the time that there is and the number of images."""

from __future__ import annotations

from dataclasses import dataclass

_EPOCHS = 60  # over the larger domain, after which small sets have nothing new to tell
_MOST, _FEWEST = 25_000, 300
_FOR_TRAINING = 0.75  # of the time; the rest: labels, statistics, checks


@dataclass(frozen=True)
class Length:
    """Iterations of each training, and why so many.

    Attributes:
        iters: Number of iterations.
        said: A sentence.
    """

    iters: int
    said: str


def plan_length(
    minutes: float, seconds: dict[str, float], num_images: int, per_iteration: int
) -> Length:
    """Choose how long every training of a run is.

    Args:
        minutes: The time for all of them.
        seconds: Of one iteration, by training.
        num_images: Images of the larger domain.
        per_iteration: Of that domain in an iteration.
    """
    each = sum(seconds.values())
    possible = int(60 * minutes * _FOR_TRAINING / each)
    enough = min(_MOST, max(1000, _EPOCHS * num_images // per_iteration))
    iters = max(_FEWEST, min(possible, enough))
    pace = ", ".join(f"{name} {s:.2g} s" for name, s in seconds.items())
    told = f"{iters} iterations each, at {pace} an iteration: "
    told += f"about {iters * each / 60 / _FOR_TRAINING:.0f} minutes in all"
    if possible < _FEWEST:
        told += (
            f", more than the {minutes:g} of --budget, as fewer than {_FEWEST} teach "
            "nothing. Smaller images take less: --longest"
        )
    elif possible < enough:
        told += f" (--budget {minutes:g}; up to {enough} would be of use)"
    return Length(iters, told)
