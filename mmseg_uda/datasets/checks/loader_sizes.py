"""Whether images can be cropped, and stacked to batches, in the sizes they come in."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.dataset import Compose
from mmengine.dist import get_world_size
from mmseg.registry import DATASETS

from mmseg_uda.utils.error_text import said_by
from mmseg_uda.utils.seeding import seeded

from ..loader_config import domains_of
from ..multi_domain_sampler import check_samples
from ..preflight import DatasetReport
from ..transforms.diverse_crop import DiverseCrop
from .label_sizes import unlike_predictions
from .pending_files import waits_for_files, without_missing_labels, without_regions
from .pipeline_sizes import Cut, Size, Sizes, sizes_behind

# The deepest features are an eighth of the image: of less than this, nothing is left
# to segment, whatever the pipeline scales it to.
_SMALLEST_SIDE = 32
_MUCH = 4  # times as many pixels


@dataclass(frozen=True)
class Batching:
    """What becomes of the images of a dataloader.

    Args:
        key: Its key in a config.
        size: Height and width that the data preprocessor pads to in training.
        pads: Whether it pads images in training to the largest of a batch.
    """

    key: str = "train_dataloader"
    size: tuple[int, int] | None = None
    pads: bool = False

    @classmethod
    def of(cls, cfg: Mapping[str, Any], key: str) -> "Batching":
        """Read it from a config."""
        inner = (cfg.get("model") or {}).get("data_preprocessor")
        options = inner or cfg.get("data_preprocessor") or {}
        size, divisor = options.get("size"), options.get("size_divisor")
        return cls(key, size and tuple(size), divisor is not None)

    @property
    def training(self) -> bool:
        """Whether the network trains on the batches; else they are predicted."""
        return self.key == "train_dataloader"


def check_sizes(
    dataloader: Mapping[str, Any], reports: Sequence[DatasetReport], batching: Batching
) -> list[ValueError]:
    """Check the sizes of a dataloader's images, behind its pipelines.

    Args:
        dataloader: Config of the dataloader.
        reports: What its data sets hold, by :func:`check_dataset`.
        batching: What becomes of the images.

    Returns:
        What is wrong, each of it naming files and remedy.
    """
    domains = domains_of(dataloader)
    counts = (dataloader.get("sampler") or {}).get("samples_per_domain")
    counts = check_samples(counts, domains) if domains and counts else {}
    errors: list[ValueError] = []
    for report in reports:
        dataset = domains.get(report.name, dataloader["dataset"])
        count = counts.get(report.name, dataloader.get("batch_size", 1))
        shuffled = (dataloader.get("sampler") or {}).get("shuffle", True)
        found = [
            *_too_small(report, batching),
            *_of_pipeline(report, dataset, count, batching, shuffled or bool(domains)),
        ]
        errors += [ValueError(f"{report.name}: {text}") for text in found]
    return errors


def sizes_of(
    report: DatasetReport, dataset: Mapping[str, Any]
) -> dict[Size, Sizes | None]:
    """Return what the sizes of a data set's images are behind its pipeline.

    Args:
        report: What it holds.
        dataset: Its config.

    Returns:
        Sizes by the size of the file; None where they cannot be told.
    """
    if not isinstance(dataset.get("pipeline"), list | tuple):
        return {}
    transforms = _transforms(dataset)
    return {size: sizes_behind(transforms, size)[0] for size in set(report.sizes)}


def _transforms(dataset: Mapping[str, Any]) -> list[Any]:
    return Compose(copy.deepcopy(without_regions(dataset["pipeline"]))).transforms


def _too_small(report: DatasetReport, batching: Batching) -> Iterator[str]:
    if batching.key == "test_dataloader" or min(report.smallest) >= _SMALLEST_SIDE:
        return
    path = report.paths[report.sizes.index(report.smallest)]
    yield (
        f"{path} is {_x(report.smallest)} pixels. Images below {_SMALLEST_SIDE} pixels "
        "a side are too small for the network (its features are an eighth of that), "
        "whatever they are scaled to. Remove them, label included, or fetch them again"
    )


def _of_pipeline(
    report: DatasetReport,
    dataset: Mapping[str, Any],
    count: int,
    batching: Batching,
    shuffled: bool,
) -> Iterator[str]:
    """Yield what is wrong with the sizes behind the pipeline of one data set."""
    if not isinstance(dataset.get("pipeline"), list | tuple):
        return
    transforms = _transforms(dataset)
    behind = {size: sizes_behind(transforms, size) for size in set(report.sizes)}
    outcome = {size: sizes for size, (sizes, _) in behind.items()}
    cuts = {size: found[0] for size, (_, found) in behind.items() if found}
    never_pads = {s: c for s, c in cuts.items() if type(c.transform) is DiverseCrop}
    if not batching.training:
        must_score = batching.key == "val_dataloader"
        yield from unlike_predictions(report, transforms, must_score)
    if never_pads:
        yield _cut_text(report, never_pads)
    elif None in outcome.values():
        yield from _try_smallest(report, dataset)
    elif count > 1 and batching.training:
        if not _stacks(list(outcome.values()), batching):
            told = _cut_text(report, cuts, count) if cuts else None
            yield told or _mixed_text(report, outcome, count, batching)
    elif count > 1 and _some_batch_is_mixed(report, outcome, count, shuffled):
        yield _mixed_text(report, outcome, count, batching)


def _try_smallest(report: DatasetReport, dataset: Mapping[str, Any]) -> Iterator[str]:
    """Put the smallest image through a pipeline whose sizes cannot be told.

    The first image, which was, stands for all that are about as large.
    """
    (w, h), (width, height) = report.smallest, report.largest
    if w * h * _MUCH > width * height or waits_for_files(dataset):
        return
    index = report.sizes.index(report.smallest)
    built = DATASETS.build(without_missing_labels(dataset))
    try:
        with seeded(0):
            built[index]
    except Exception as error:  # whatever a transform may raise
        kind = said_by(error)
        yield f"the pipeline fails on the smallest image, {report.paths[index]}: {kind}"


def _stacks(outcome: Sequence[Sizes], batching: Batching) -> bool:
    """Whether images of these sizes can be stacked in training."""
    if len(set(outcome)) == 1 and outcome[0].fixed:
        return True
    if batching.size is not None:
        width, height = batching.size[::-1]
        return all(s.high[0] <= width and s.high[1] <= height for s in outcome)
    return batching.pads


def _some_batch_is_mixed(
    report: DatasetReport, outcome: Mapping[Size, Sizes], count: int, shuffled: bool
) -> bool:
    """Whether a batch to predict holds several sizes; in order if not shuffled."""
    sizes = [outcome[size] for size in report.sizes]
    if shuffled or not all(one.fixed for one in sizes):
        return len(set(sizes)) > 1 or not sizes[0].fixed
    world = get_world_size()
    parts = [sizes[rank::world] for rank in range(world)]
    return any(
        len(set(part[start : start + count])) > 1
        for part in parts
        for start in range(0, len(part), count)
    )


def _cut_text(report: DatasetReport, cuts: Mapping[Size, Cut], count: int = 1) -> str:
    """Say which images a crop is larger than."""
    size, cut = min(cuts.items(), key=lambda item: item[0])
    others = sum(other in cuts for other in report.sizes) - 1
    first = report.paths[report.sizes.index(size)]
    more = f" (and {others} more images)" if others else ""
    stacked = f", and {count} of them are stacked to a batch" if count > 1 else ""
    width, height = cut.crop
    return (
        f"{first}{more} is {_x(cut.size)} (width x height) when "
        f"{type(cut.transform).__name__} takes {_x(cut.crop)} of it{stacked}: "
        "resize images to at least that before, lower crop_size (height, width), or "
        f"pad before it: dict(type='Pad', size=({width}, {height}), "
        "pad_val=dict(img=0, seg=255))"
        + f" (or in batches: data_preprocessor.size=({height}, {width}))"
        * (count > 1)
    )


def _mixed_text(
    report: DatasetReport,
    outcome: Mapping[Size, Sizes],
    count: int,
    batching: Batching,
) -> str:
    """Say which images differ in size when they are stacked."""
    examples: dict[Sizes, str] = {}
    for path, size in zip(report.paths, report.sizes, strict=True):
        examples.setdefault(outcome[size], path)
    shown = [
        f"{path} {_x(sizes.low)}{'' if sizes.fixed else f' to {_x(sizes.high)}'}"
        for sizes, path in list(examples.items())[:3]
    ]
    more = ", ..." if len(examples) > 3 else ""
    what = (
        "End its pipeline with a Resize to one scale, or a crop, before it is packed, "
        "or let the data preprocessor pad (its `size`)"
        if batching.training
        else f"Set {batching.key}.batch_size=1, or give the pipeline a Resize to one "
        "scale"
    )
    return (
        f"{batching.key} stacks {count} images, but behind the pipeline they differ in "
        f"size (width x height): {', '.join(shown)}{more}. {what}"
    )


def _x(size: Size) -> str:
    return "x".join(map(str, size))
