"""Checks of the class subsets that a metric averages over."""

from collections.abc import Mapping, Sequence

from mmseg_uda.utils.class_sets import SUBSET_PRESETS
from mmseg_uda.utils.suggestions import did_you_mean


def check_subsets(
    subsets: Mapping[str, Sequence[str | int]] | str | None,
) -> dict[str, list[str | int]]:
    """Return subsets as a plain dict, a preset looked up.

    Args:
        subsets: Class names or ids by metric name, a preset's name, or None.

    Raises:
        ValueError: If the preset is unknown, a subset is empty, or its name is that
            of a metric that exists anyway.
        TypeError: If a subset is not a list.
    """
    if isinstance(subsets, str):
        if subsets not in SUBSET_PRESETS:
            raise ValueError(
                f"subsets={subsets!r} is no preset; there are "
                f"{sorted(SUBSET_PRESETS)}, or give dict(name=[class names or ids])"
            )
        subsets = SUBSET_PRESETS[subsets]
    for name, entries in (subsets or {}).items():
        if name in ("mIoU", "mAcc", "aAcc") or name.startswith("IoU."):
            raise ValueError(
                f"a subset may not be called {name!r}, that metric exists anyway"
            )
        if isinstance(entries, str) or not isinstance(entries, Sequence):
            raise TypeError(
                f"subset {name!r} must be a list of class names or ids, got {entries!r}"
            )
        if not entries:
            raise ValueError(f"subset {name!r} is empty: list its classes or remove it")
    return {name: list(entries) for name, entries in (subsets or {}).items()}


def resolve_subsets(
    subsets: Mapping[str, Sequence[str | int]], classes: Sequence[str]
) -> dict[str, list[int]]:
    """Return the subsets' class ids, sorted, each id once.

    Args:
        subsets: Class names or ids by metric name.
        classes: Class names of the data set; the position is the id.

    Raises:
        ValueError: If a name or id is not a class of the data set.
    """
    return {
        name: sorted({_class_id(entry, name, classes) for entry in entries})
        for name, entries in subsets.items()
    }


def _class_id(entry: str | int, subset: str, classes: Sequence[str]) -> int:
    """Return the id of a class given by name or id."""
    names = list(classes)
    if entry in names:
        return names.index(entry)
    if isinstance(entry, int) and 0 <= entry < len(names):
        return entry
    raise ValueError(
        f"subset {subset!r} has the class {entry!r}; the data set has the classes "
        f"{', '.join(names)} (ids 0..{len(names) - 1})." + did_you_mean(entry, names)
    )
