"""Scores of every class beside its IoU: Dice, F-score, precision and recall."""

from collections.abc import Mapping, Sequence

import numpy as np
from prettytable import PrettyTable

#: Scores that are told class by class, if they are asked for; their headings.
BY_CLASS = {
    "Dice": "Dice",
    "Fscore": "F-score",
    "Precision": "precision",
    "Recall": "recall",
}


def settle_undefined(values: Mapping[str, np.ndarray], occurs: np.ndarray) -> None:
    """Set scores of 0/0 to 0 for classes that occur, in place.

    The precision of a class that is never predicted, and with it its F-score, is 0/0,
    as is the recall of one that is never labelled. A mean without them would be better
    the more classes are lost.

    Args:
        values: Scores (K,) by name; of those in :data:`BY_CLASS` alone.
        occurs: Whether a class is in labels or predictions, (K,).
    """
    for name in BY_CLASS:
        if name in values:
            value = values[name]
            value[np.isnan(value) & occurs] = 0


def class_table(
    classes: Sequence[str], values: Mapping[str, np.ndarray], scored: Sequence[int]
) -> str:
    """Draw scores, a row for each class.

    Args:
        classes: Names.
        values: Scores (K,), shares of 1, by name.
        scored: Ids of the classes that are drawn.
    """
    table = PrettyTable(["class", *(BY_CLASS.get(name, name) for name in values)])
    table.align = "r"
    table.align["class"] = "l"
    for index in scored:
        cells = (f"{100 * value[index]:.2f}" for value in values.values())
        table.add_row([classes[index], *cells])
    return table.get_string()
