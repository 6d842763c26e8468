"""Region labels in a table and a line."""

from collections.abc import Iterator, Mapping
from typing import Any

from prettytable import PrettyTable

# share of the labelled patches above which a kind has swallowed the others
_SWALLOWED = 0.8


def region_table(report: Mapping[str, Any]) -> str:
    """Return a table of what was found, one line a size.

    Args:
        report: What :func:`make_region_labels` returns.
    """
    table = PrettyTable(
        [
            "patches",
            "grid",
            "no labels %",
            "no relation %",
            "noise %",
            "clusters",
            "kinds",
            "largest kind %",
            "ignored in all %",
        ]
    )
    table.align = "r"
    for size, entry in report["sizes"].items():
        sample = entry["sample"]
        seen, fitted = sample["patches"], sample["patches_fitted"]
        one_class = sample["patches_ignored"] - sample["patches_unlabelled"]
        kinds = [kind["size"] for kind in entry["kinds"]]
        labelled = entry["patches"] - entry["patches_ignored"]
        table.add_row(
            [
                f"{size} {'x'.join(map(str, entry['rule']['patch_size']))}",
                "x".join(map(str, entry["grid"])),
                _percent(sample["patches_unlabelled"], seen),
                _percent(one_class, seen),
                _percent(sample["noise"], fitted) if "noise" in sample else "-",
                sample.get("clusters", "-"),
                len(kinds),
                _percent(max(kinds), labelled),
                _percent(entry["patches_ignored"], entry["patches"]),
            ]
        )
    return str(table)


def region_advice(report: Mapping[str, Any]) -> str:
    """Say in a line how much was labelled and where to look at it; warn below."""
    total = sum(entry["patches"] for entry in report["sizes"].values())
    ignored = sum(entry["patches_ignored"] for entry in report["sizes"].values())
    return (
        f"{_percent(total - ignored, total)}% of {total} patches of {report['images']} "
        "images have a kind; montage.png in the folder of each size shows which"
        + "".join(f"\nwarning: {text}" for text in _warnings(report))
    )


def _warnings(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the kinds say little."""
    for size, entry in report["sizes"].items():
        labelled = entry["patches"] - entry["patches_ignored"]
        largest = max(kind["size"] for kind in entry["kinds"])
        if largest > _SWALLOWED * labelled:
            yield (
                f"{_percent(largest, labelled)}% of the '{size}' patches with a kind "
                "are of one, so there is little to learn from them: "
                + (
                    "lower eps"
                    if "clusters" in entry["sample"]
                    else "ask for more kinds"
                )
            )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f}"
