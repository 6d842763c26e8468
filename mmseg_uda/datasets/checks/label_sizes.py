"""Whether labels stay as the predictions that they are compared with."""

from collections.abc import Iterator, Sequence
from typing import Any

from mmcv.transforms import LoadAnnotations, RandomFlip

from ..preflight import DatasetReport
from ..transforms.load_labels import LoadLabels
from .pipeline_sizes import Size, sizes_behind

_LOADERS = (LoadAnnotations, LoadLabels)
_STOCK = ("mmcv", "mmseg", "mmseg_uda")


def unlike_predictions(
    report: DatasetReport, transforms: Sequence[Any], must_score: bool
) -> Iterator[str]:
    """Yield what keeps the labels of a pipeline from being compared with predictions.

    Args:
        report: What the data set holds.
        transforms: Built transforms of its pipeline.
        must_score: Whether labels that it does not load are missed.
    """
    yield from _resized_labels(report, transforms)
    yield from _flipped_labels(report, transforms)
    if must_score:
        yield from _unpacked(report, transforms)


def _resized_labels(report: DatasetReport, transforms: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with a pipeline whose predictions are scored.

    A prediction is brought back to the size of the image file; a label that is loaded
    before the image is resized is resized with it.
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


def _flipped_labels(report: DatasetReport, transforms: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with flips in a pipeline whose predictions are scored.

    A prediction is flipped back, a label that was flipped with the image is not.
    """
    loaded = False
    for transform in transforms if report.num_labels else ():
        loaded |= isinstance(transform, _LOADERS)
        if loaded and isinstance(transform, RandomFlip) and _flips(transform):
            yield (
                "RandomFlip flips labels of the pipeline with their images, while "
                "predictions are flipped back before they are scored: leave it out "
                "(tools/test.py --tta averages over flips)"
            )
            return


def _unpacked(report: DatasetReport, transforms: Sequence[Any]) -> Iterator[str]:
    """Yield what a pipeline lacks that any prediction or score needs.

    Pipelines with transforms of somebody's own may do it in their way.
    """
    if any(type(t).__module__.split(".")[0] not in _STOCK for t in transforms):
        return
    if not any(type(t).__name__.startswith("Pack") for t in transforms):
        yield "its pipeline packs no sample: end it with dict(type='PackSegInputs')"
    elif report.num_labels and not any(isinstance(t, _LOADERS) for t in transforms):
        yield (
            "its pipeline loads no labels, so that nothing can be scored: put "
            "dict(type='LoadLabels') in front of PackSegInputs"
        )


def _flips(transform: RandomFlip) -> bool:
    prob = transform.prob
    return bool(sum(prob) if isinstance(prob, list | tuple) else prob)


def _x(size: Size) -> str:
    return "x".join(map(str, size))
