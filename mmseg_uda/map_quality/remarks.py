"""What is said around the table of a ranking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mmseg_uda.utils.wording import counted

from .table import over_runs, told

_ANY = "1 - confidence"  # all scores are of the same pixels


def left_out_maps(runs: Sequence[Mapping]) -> Iterator[str]:
    """Say of every map that is not compared why, a line each.

    Args:
        runs: One entry a checkpoint.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        for reason in run["left_out"].items():
            found.setdefault(reason, []).append(run["checkpoint"])
    for (name, reason), checkpoints in found.items():
        of = "" if len(checkpoints) == len(runs) else f" of {', '.join(checkpoints)}"
        yield f"map '{name}' is left out{of}: {reason}"


def what_was_ranked(runs: Sequence[Mapping], num_images: int) -> str:
    """Say how many images and pixels a table is of, and how many of these are wrong.

    Args:
        runs: One entry a checkpoint; of several, mean and standard deviation.
        num_images: Number of images.
    """
    pixels = runs[0]["scores"][_ANY]["pixels"]
    errors = told(over_runs(runs, _ANY, lambda s: s["error_rate"]), "{:.2%}")
    images = counted(num_images, "image")
    of = f" ({len(runs)} checkpoints)" if len(runs) > 1 else ""
    return f"{images}, {pixels:,} labelled pixels, error rate {errors}{of}"
