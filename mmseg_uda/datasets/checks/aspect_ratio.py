"""Whether a pipeline stretches the images of a data set."""

from collections.abc import Iterable, Sequence
from typing import Any

from mmcv.transforms import RandomChoiceResize, RandomResize, Resize

Size = tuple[int, int]


def stretch_remark(
    transforms: Iterable[Any], sizes: Sequence[Size], tolerated: float
) -> str:
    """Return a remark if the first resize changes aspect ratios; else ``""``.

    Args:
        transforms: Built transforms of a pipeline.
        sizes: Width and height of every image.
        tolerated: Largest factor that is not worth a remark, at least 1.
    """
    targets = _target_sizes(transforms)
    found = [
        (max(factor, 1 / factor), size, target)
        for size in dict.fromkeys(sizes)
        for target in targets
        for factor in [target[0] / target[1] / (size[0] / size[1])]
    ]
    if not found or max(found)[0] <= tolerated:
        return ""
    worst, size, target = max(found)
    changed = {size for factor, size, _ in found if factor > tolerated}
    num = sum(size in changed for size in sizes)
    return (
        f"the pipeline resizes images to {_told(target)} whatever their shape: the "
        f"aspect ratio of {num} of {len(sizes)} changes, that of {_told(size)} by "
        f"{100 * (worst - 1):.0f}%. keep_ratio=True in its Resize keeps it"
    )


def _target_sizes(transforms: Iterable[Any]) -> list[Size]:
    """Return the sizes that images get by the first resize, if they depend on it alone.

    A resize behind a crop sees other shapes than those of the files.
    """
    for transform in transforms:
        if isinstance(transform, Resize):
            return _sizes(transform, [transform.scale])
        if isinstance(transform, RandomResize):
            scale = transform.scale
            return _sizes(transform.resize, [scale] if _is_size(scale) else scale)
        if isinstance(transform, RandomChoiceResize):
            return _sizes(transform.resize, transform.scales)
        if "Crop" in type(transform).__name__:
            break
    return []


def _sizes(resize: Any, scales: Iterable[Any]) -> list[Size]:
    if getattr(resize, "keep_ratio", True):
        return []
    return [tuple(scale) for scale in scales if _is_size(scale)]


def _is_size(scale: Any) -> bool:
    return isinstance(scale, Sequence) and all(isinstance(side, int) for side in scale)


def _told(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
