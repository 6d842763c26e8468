"""When what a weight per pixel does is worth a warning."""

from collections.abc import Mapping
from typing import Any

from mmseg_uda.models.objectives.weight_sums import does_nothing, drowns

from .weight_text import drowning_weight_text, idle_weight_text


def weight_warnings(
    name: str, numbers: Mapping[str, Mapping[str, Any]], to_enlarge: str
) -> list[str]:
    """Say which weights of an objective are 1 all over, and which leave little over.

    Args:
        name: Name of the objective.
        numbers: What :func:`mmseg_uda.models.objectives.weight_sums.summary` says of
            each of its weights, by the weight as a formula.
        to_enlarge: Options that make the map behind them larger; may be empty.
    """
    told = []
    idle = [weight for weight, found in numbers.items() if does_nothing(found)]
    if idle:
        told.append(idle_weight_text(name, idle, to_enlarge))
    drowning = {weight: found for weight, found in numbers.items() if drowns(found)}
    if drowning:
        told.append(drowning_weight_text(name, drowning, to_enlarge))
    return told
