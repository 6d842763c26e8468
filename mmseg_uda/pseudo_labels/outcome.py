"""What a user should know of pseudo-labels once they are made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmseg_uda.datasets.pseudo_label_report import few_classes
from mmseg_uda.models.objectives.weight_text import weight_line
from mmseg_uda.models.objectives.weight_warnings import weight_warnings
from mmseg_uda.prediction.load_networks import partial_text
from mmseg_uda.utils.wording import counted

_LITTLE = 0.01  # of all pixels


def outcome_line(report: Mapping[str, Any]) -> str:
    """Say in one line how much of which class is kept.

    Args:
        report: Content of ``pseudo_labels.json``.
    """
    shares = {name: c["kept_share"] for name, c in report["per_class"].items()}
    parts = [
        f"{_images(report)}, {_percent(report['kept_share'])} % of the pixels kept"
    ]
    if report["kept_share"] < 1:
        by_class = (f"{n} {_percent(s)}" for n, s in shares.items() if s is not None)
        parts.append(f"% kept of the pixels predicted as {', '.join(by_class)}")
    if never := never_predicted(report):
        parts.append(f"never predicted: {', '.join(never)}")
    if has_no_batch_norm(report):
        parts.append(
            "the network has no batch norm that could have the statistics of these "
            "images, so it predicted as it is"
        )
    parts += [
        f"weight {numbers['weight']}: {weight_line(numbers)}"
        for _, by_head in _weights(report)
        for numbers in by_head.values()
    ]
    return "; ".join(parts)


def outcome_warnings(report: Mapping[str, Any], folder: str | Path) -> list[str]:
    """Say what is wrong with the labels as something to learn from, if anything is.

    Args:
        report: Content of ``pseudo_labels.json``.
        folder: Folder of the labels.
    """
    if report["kept_share"] == 0:
        return [nothing_kept(report, folder)]
    in_part = report.get("fits_in_part") or {}
    warnings = [partial_text(file, counts) for file, counts in in_part.items()]
    warnings += _statistics(report).get("warnings", [])
    if report["kept_share"] < _LITTLE:
        share = _percent(report["kept_share"])
        warnings.append(f"{_rule(report)} keeps only {share} % of the pixels")
    if too_few := few_classes(report):
        warnings.append(too_few)
    never = never_predicted(report)
    if never:
        warnings.append(
            f"{', '.join(never)}: never predicted, so nothing is learned of "
            f"{'it' if len(never) == 1 else 'them'} from the labels. If the images "
            "show such things, the network has not learned them: train the stage "
            "before for longer, weight rare classes (class_balance of its Supervised "
            "objective), and see which classes its labels hold: tools/check_data.py"
        )
    counts = report["per_class"].items()
    lost = [name for name, c in counts if c["predicted"] and not c["labelled"]]
    if lost:
        warnings.append(
            f"{_rule(report)} keeps no pixel of {', '.join(lost)}: nothing is learned "
            "of these classes from the labels"
        )
    return [*warnings, *_weight_warnings(report)]


def has_no_batch_norm(report: Mapping[str, Any]) -> bool:
    """Whether the images' statistics were wanted, but no layer could have them."""
    return _statistics(report).get("batch_norms") == 0


def never_predicted(report: Mapping[str, Any]) -> list[str]:
    """Name the classes that no pixel of any image was predicted as."""
    return [name for name, c in report["per_class"].items() if not c["predicted"]]


def nothing_kept(report: Mapping[str, Any], folder: str | Path) -> str:
    """Say that every pixel is dropped, and how far the network is from the rule."""
    return (
        f"{_rule(report)} keeps no pixel of {_images(report)}: the "
        f"network's confidence is {_highest_confidence(folder):.2f} at most (see "
        f"{Path(folder, 'confidence')})"
    )


def _weight_warnings(report: Mapping[str, Any]) -> list[str]:
    """Say which objectives weight the labels with what is 1, or little, all over."""
    warnings = []
    for name, by_head in _weights(report):
        heads = list(by_head.values())
        by_weight = {numbers["weight"]: numbers for numbers in heads}
        advice = heads[0]["to_enlarge"] if heads else ""
        warnings += weight_warnings(name, by_weight, advice)
    return warnings


def _statistics(report: Mapping[str, Any]) -> Mapping[str, Any]:
    return report.get("target_statistics") or {}


def _weights(report: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Weights of the labels that have been measured, by objective."""
    measured = (report.get("weights") or {}).get("by_objective") or {}
    by_name = {
        name: {head: numbers for head, numbers in by_head.items() if numbers["pixels"]}
        for name, by_head in measured.items()
    }
    return list(by_name.items())


def _images(report: Mapping[str, Any]) -> str:
    return counted(report["num_images"], "image")


def _highest_confidence(folder: str | Path) -> float:
    """Return the largest value of all confidence images, in [0, 1]."""
    files = Path(folder, "confidence").rglob("*.png")
    return max(int(np.asarray(Image.open(file)).max()) for file in files) / 255


def _rule(report: Mapping[str, Any]) -> str:
    options = dict(report["rule"])
    name = options.pop("type")
    return f"{name}({', '.join(f'{key}={value}' for key, value in options.items())})"


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"
