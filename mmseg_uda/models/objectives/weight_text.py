"""What a weight per pixel does, as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from prettytable import PrettyTable


def weight_line(numbers: Mapping[str, Any]) -> str:
    """Say in a few words what a weight is.

    Args:
        numbers: Of :func:`mmseg_uda.models.objectives.weight_sums.summary`, with a
            pixel at least.
    """
    below = _percent(numbers["below_half_share"])
    return f"mean {numbers['mean']:.4f}, below 0.5 on {below} % of the pixels"


def weight_table(by_head: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw the weights of an objective by class, two columns a segmentation head.

    Args:
        by_head: Summaries by segmentation head, of the same pixels.
    """
    columns = [f"{head}: {what}" for head in by_head for what in ("mean", "% < 0.5")]
    table = PrettyTable(["class", *columns])
    heads = list(by_head.values())
    for name in heads[0]["per_class"]:
        table.add_row([name, *_cells(head["per_class"][name] for head in heads)])
    table.add_row(["all", *_cells(heads)])
    table.align = "r"
    table.align["class"] = "l"
    return table.get_string()


def idle_weight_text(name: str, weights: Sequence[str], to_enlarge: str) -> str:
    """Say that a weight does nothing, and what to do.

    Args:
        name: Name of the objective.
        weights: The weight as a formula, for each segmentation head.
        to_enlarge: Options that make the map behind it larger; may be empty.
    """
    shown = " and ".join(weights)
    text = (
        f"the weight of '{name}' does nothing: {shown} within 0.005 of 1 on 99.9 % of "
        "the pixels, as if there were none (LCRF is plain self-training then)"
    )
    return f"{text}. To wake it, raise {to_enlarge}" if to_enlarge else text


def drowning_weight_text(
    name: str, weights: Mapping[str, Mapping[str, Any]], to_enlarge: str
) -> str:
    """Say that a weight leaves little of most labels, and what to do.

    Args:
        name: Name of the objective.
        weights: Numbers as of :func:`weight_line`, by the weight as a formula.
        to_enlarge: Options that make the map behind it larger; may be empty.
    """
    shown = " and ".join(f"{w}: {weight_line(n)}" for w, n in weights.items())
    text = (
        f"the weight of '{name}' takes most of the labels away ({shown}), so that "
        "little is learned from them, and the right ones go with the wrong ones"
    )
    return f"{text}. To keep more, lower {to_enlarge}" if to_enlarge else text


def _cells(of_heads: Any) -> list[str]:
    cells = []
    for numbers in of_heads:
        cells += [f"{numbers['mean']:.4f}", _percent(numbers["below_half_share"])]
    return cells


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"
