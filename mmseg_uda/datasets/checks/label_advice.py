"""Which ``label_map`` the values of label files ask for."""

from collections.abc import Mapping, Sequence

from ..label_maps import IGNORE, LARGEST_ID

_LONG = 24  # entries of a map that are still written out


def advise_map(
    values: Sequence[int],
    classes: Sequence[str],
    label_map: Mapping[int, int] | None = None,
) -> str:
    """Return what may be meant by values that do not give every class its pixels.

    Args:
        values: Raw values that the labels hold, sorted.
        classes: Names of the classes.
        label_map: The map they were read by; None: values are class indices.

    Returns:
        One or two sentences, with a map written out; ``""`` if nothing is odd.
    """
    if max(values, default=0) > LARGEST_ID:
        return (
            f"Class ids go up to {LARGEST_ID}, values here to {max(values)}. If these "
            "are numbers of objects, say which class these are: "
            "label_format=dict(type='IndexLabels', unknown=NAME), and name the others "
            "in label_map"
        )
    if label_map is not None:
        whole = {int(raw): int(index) for raw, index in label_map.items()}
        return _about_map(values, classes, whole)
    return _about_values(values, classes)


def _about_values(values: Sequence[int], classes: Sequence[str]) -> str:
    num, ids = len(classes), [value for value in values if value != IGNORE]
    for found in (list(values), ids):
        if len(found) == num and found != list(range(num)):
            return _in_order(found, classes)
    if ids == list(range(num + 1)):
        return _one_more(num)
    if ids and ids[0] == 1 and ids[-1] <= num:
        return _from_one(num)
    if len(ids) > num or any(value >= num for value in ids):
        return _in_some_order(ids, num)
    free = [index for index in range(num) if index not in ids]
    if IGNORE in values and free:
        wanted = {value: value for value in ids} | {IGNORE: free[0]}
        return _is_255_a_class(classes, wanted)
    return ""


def _in_order(found: Sequence[int], classes: Sequence[str]) -> str:
    wanted = dict(zip(found, range(len(classes)), strict=True))
    if found == list(range(1, len(classes) + 1)):
        return _from_one(len(classes))
    if IGNORE in wanted:
        return _is_255_a_class(classes, wanted)
    return f"Are these the classes, in this order? Then set {_written(wanted)}"


def _from_one(num: int) -> str:
    wanted = {value: value - 1 for value in range(1, num + 1)}
    return f"Do the labels start at 1? Then set {_written(wanted)}"


def _one_more(num: int) -> str:
    wanted = {0: IGNORE, **{value: value - 1 for value in range(1, num + 1)}}
    return (
        f"Is there one class more than the {num} that are named? Or does 0 mean "
        f"unlabelled? Then set {_written(wanted)}"
    )


def _in_some_order(ids: Sequence[int], num: int) -> str:
    wanted = dict(zip(ids, range(num), strict=False))
    if len(ids) <= num:
        return f"Say which class each value is, such as {_written(wanted)}"
    wanted |= {value: IGNORE for value in ids[num:]}
    return (
        f"There are {len(ids)} values and {num} classes. Name a class for each, or "
        f"send those that do not count to 255, such as {_written(wanted)}"
    )


def _is_255_a_class(classes: Sequence[str], wanted: Mapping[int, int]) -> str:
    return (
        f"255 means ignore unless label_map says otherwise. Is it the class "
        f"'{classes[wanted[IGNORE]]}'? Then set {_written(wanted)}"
    )


def _about_map(
    values: Sequence[int], classes: Sequence[str], label_map: Mapping[int, int]
) -> str:
    outside = [v for v in values if v not in label_map and v != IGNORE]
    if outside:
        added = {v: v if v < len(classes) else IGNORE for v in outside}
        whole = dict(sorted({**label_map, **added}.items()))
        return (
            "label_map is the whole table, not an addition to 0, 1, 2, ...: list every "
            f"value, such as {_written(whole)} (255 = ignore)"
        )
    ignored = [v for v in values if label_map.get(v, IGNORE) == IGNORE]
    unused = [raw for raw in label_map if raw not in values]
    parts = [
        f"label_map sends {_list(ignored)} to ignore" if ignored else "",
        f"{_list(unused)} of label_map does not occur" if unused else "",
    ]
    unreached = [
        name for index, name in enumerate(classes) if index not in label_map.values()
    ]
    if unreached:
        parts.append(f"label_map sends no value to {', '.join(unreached)}")
    return "; ".join(part for part in parts if part)


def _list(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:_LONG])) + ", ..." * (len(values) > _LONG)


def _written(label_map: Mapping[int, int]) -> str:
    items = [f"{raw}: {index}" for raw, index in label_map.items()]
    dots = ["..."] if len(items) > _LONG else []
    return f"label_map={{{', '.join(items[:_LONG] + dots)}}}"
