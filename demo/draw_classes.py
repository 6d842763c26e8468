"""Draw the IoU of every class, a bar for each run of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.figures import png_bytes

_IOU = "IoU."


def draw_classes(runs: Mapping[str, Mapping[str, float]], file: Path) -> None:
    """Draw a group of bars for each class, in the order of the classes.

    Args:
        runs: Final metrics in percent by name of the run, with ``IoU.<class>``.
        file: PNG file.
    """
    # takes a second to import, and only drawing needs it
    from matplotlib.figure import Figure

    names = [key for key in next(iter(runs.values())) if key.startswith(_IOU)]
    figure = Figure(figsize=(12, 4), dpi=100, layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(runs)
    for place, (run, metrics) in enumerate(runs.items()):
        left = [index - 0.4 + (place + 0.5) * width for index in range(len(names))]
        heights = [metrics[name] or 0.0 for name in names]
        label = f"{run}: mIoU {metrics['mIoU']:.1f}"
        axes.bar(left, heights, width, label=label)
    labels = [name.removeprefix(_IOU) for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=40, ha="right", fontsize=8)
    axes.set_ylabel("IoU on ToyCity, %")
    axes.margins(x=0.01)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8)
    write_atomic(file, png_bytes(figure))
