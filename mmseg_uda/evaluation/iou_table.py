"""The papers' result table of one evaluation."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from prettytable import PrettyTable

from mmseg_uda.utils.class_sets import (
    CITYSCAPES_CLASSES,
    HEADINGS,
    SYNTHIA_13,
    SYNTHIA_16,
)


def iou_table(
    classes: Sequence[str],
    iou: np.ndarray,
    means: Mapping[str, float],
    scored: Collection[int] | None = None,
) -> str:
    """Draw the IoU of every class and the means as one row, as the papers print it.

    Args:
        classes: Class names in the order of the columns (Cityscapes: by trainId,
            which is the papers' order). The 19, 16 or 13 classes of the papers are
            abbreviated as there, others keep their names.
        iou: IoU per class in percent, (K,); nan for a class that does not occur.
        means: Means in percent by name, drawn as the last columns.
        scored: Ids of the classes that count. The others are marked ``-``; a scored
            class without a pixel in labels and predictions says ``nan``.

    Returns:
        The table as text, several lines.
    """
    shown = range(len(classes)) if scored is None else scored
    cells = [
        f"{value:.2f}" if index in shown else "-" for index, value in enumerate(iou)
    ]
    table = PrettyTable()
    of_papers = {*classes} in map(set, (CITYSCAPES_CLASSES, SYNTHIA_16, SYNTHIA_13))
    headings = [HEADINGS[name] for name in classes] if of_papers else [*classes]
    table.field_names = [*headings, *means]
    table.add_row(cells + [f"{value:.2f}" for value in means.values()])
    table.align = "r"
    return table.get_string()
