"""Whether labels keep the size that predictions are compared in."""

from collections.abc import Iterator, Sequence
from typing import Any

from mmcv.transforms import LoadAnnotations

from ..preflight import DatasetReport
from ..transforms.load_labels import LoadLabels
from .pipeline_sizes import Size, sizes_behind

_LOADERS = (LoadAnnotations, LoadLabels)


def resized_labels(report: DatasetReport, transforms: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with a pipeline whose predictions are scored.

    A prediction is brought back to the size of the image file; a label that is loaded
    before the image is resized is resized with it.

    Args:
        report: What the data set holds.
        transforms: Built transforms of its pipeline.
    """
    loaders = [i for i, t in enumerate(transforms) if isinstance(t, _LOADERS)]
    if not (loaders and report.num_labels):
        return
    behind = transforms[loaders[0] + 1 :]
    for size, path in zip(report.sizes, report.paths, strict=True):
        sizes, _ = sizes_behind(behind, size)
        if sizes is not None and (sizes.low, sizes.high) != (size, size):
            yield (
                f"the label of {path} is {_x(sizes.low)} behind the pipeline, its "
                f"prediction {_x(size)} (width x height), the size of the file: put "
                f"{type(transforms[loaders[0]]).__name__} behind what resizes or crops"
            )
            return


def _x(size: Size) -> str:
    return "x".join(map(str, size))
