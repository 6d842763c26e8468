"""Checks of all data before hours are spent training on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from mmseg_uda.utils.error_text import said_by
from mmseg_uda.utils.seeding import seeded

from .checks.aspect_ratio import stretch_remark
from .checks.class_coverage import absent_classes, no_labelled_pixel
from .checks.decoded_before import DecodedBefore
from .checks.file_checks import check_contents, check_headers
from .checks.label_values import LabelValues
from .checks.one_file import same_files
from .checks.pending_files import without_missing_labels
from .checks.problem import Problem, told
from .checks.stock_labels import StockLabels
from .label_maps import IGNORE
from .loader_config import check_loader_config
from .multi_domain_dataset import MultiDomainDataset
from .names.strangers import MOVE, check_photographs, odd_ones


@dataclass
class DatasetReport:
    """What a data set holds.

    Attributes:
        name: Domain name, or class of the data set.
        num_images: Number of samples.
        num_labels: Number of samples with a label.
        smallest: Width and height of the image with the fewest pixels.
        largest: Width and height of the image with the most pixels.
        num_read: Number of samples whose files were decoded.
        classes: Class names.
        pixels: Pixels by class in the labels that were decoded, (K,).
        paths: Image files, in the order of the samples.
        sizes: Their widths and heights, in the same order.
        notices: What may not be meant as it is, a sentence each.
    """

    name: str
    num_images: int
    num_labels: int
    smallest: tuple[int, int]
    largest: tuple[int, int]
    num_read: int
    classes: tuple[str, ...]
    pixels: np.ndarray
    paths: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def absent(self) -> list[str]:
        """Classes without a pixel in the labels that were decoded."""
        return [c for c, n in zip(self.classes, self.pixels, strict=True) if n == 0]


def check_dataloader(
    dataloader: Mapping[str, Any],
    max_full: int | None = 200,
    before: DecodedBefore | None = None,
) -> list[DatasetReport]:
    """Check the config of a dataloader: batch size, domain names and all its data.

    Args:
        dataloader: Config as in ``cfg.train_dataloader``.
        max_full: See :func:`check_dataset`.
        before: Likewise.

    Raises:
        FileNotFoundError: If a folder is missing or empty.
        ValueError: As :func:`check_dataset`, or if ``batch_size`` is not the sum of
            ``samples_per_domain``, or there is no data set in the config.
    """
    check_loader_config(dataloader)
    return check_dataset(dataloader["dataset"], max_full, before=before)


def check_dataset(
    dataset: Any,
    max_full: int | None = 200,
    seed: int = 0,
    name: str | None = None,
    before: DecodedBefore | None = None,
) -> list[DatasetReport]:
    """Check the files of a data set, or of each domain of a MultiDomainDataset.

    Of every file the header, the end of the file and the equal size of image and
    label are checked; ``max_full`` samples, drawn by ``seed``, are decoded and their
    label values looked up; one sample goes through the pipeline.

    A PseudoLabelledDataset whose folder is not set yet is checked for its images.

    Args:
        dataset: Data set or its config.
        max_full: Largest number of samples to decode; None decodes all.
        seed: Seed of the choice.
        name: Name in messages; by default the domain's or the class'.
        before: Samples that an earlier call has decoded, and whose files have not
            changed, need not be decoded again; default: all are.

    Returns:
        One report per domain.

    Raises:
        FileNotFoundError: If a folder is missing or empty.
        ValueError: If anything is wrong: lists ten kinds of problems with file names.
    """
    if isinstance(dataset, Mapping):
        dataset = DATASETS.build(without_missing_labels(dataset))
    if isinstance(dataset, MultiDomainDataset):
        return [
            report
            for domain, inner in dataset.datasets.items()
            for report in check_dataset(inner, max_full, seed, domain, before)
        ]
    name = name or type(dataset).__name__
    samples = [dataset.get_data_info(i) for i in range(len(dataset))]
    # what is no image at all is told before what is wrong with it as an image
    problems, notices = _check_images(dataset, samples)
    sizes: list[tuple[int, int]] = []
    if not problems:
        sizes, problems, found = check_headers(samples, name)
        notices += found
    labels = dataset if hasattr(dataset, "label_lut") else StockLabels(dataset)
    values, chosen = LabelValues([]), _spread(len(samples), max_full, seed)
    if not problems:
        before = DecodedBefore() if before is None else before
        some = [samples[i] for i in chosen]
        values, problems = check_contents(some, name, before)
        values = values if labels is dataset else labels.values(some)
        problems = problems or _check_values(labels, values, samples[0])
        # a broken file would only break the pipeline too
        problems = problems or _check_pipeline(dataset)
    if problems:
        raise ValueError(told(name, problems))
    notices += [f"not followed: {link}" for link in getattr(dataset, "left_out", ())]
    stretch = stretch_remark(
        dataset.pipeline.transforms, sizes, getattr(dataset, "usual_stretch", 1.2)
    )
    notices += [stretch] if stretch else []
    pixels = np.zeros(IGNORE + 1, dtype=np.int64)
    if values.num_files:
        notices += absent_classes(labels, values)
        pixels = values.by_class(labels.label_lut)
    classes = tuple(dataset.metainfo["classes"])
    ascending = sorted(sizes, key=lambda size: size[0] * size[1])
    return [
        DatasetReport(
            name=name,
            num_images=len(samples),
            num_labels=sum("seg_map_path" in sample for sample in samples),
            smallest=ascending[0],
            largest=ascending[-1],
            num_read=len(chosen),
            classes=classes,
            pixels=pixels[: len(classes)],
            paths=tuple(sample["img_path"] for sample in samples),
            sizes=tuple(sizes),
            notices=tuple(notices),
        )
    ]


def _check_images(
    dataset: Any, samples: Sequence[dict]
) -> tuple[list[Problem], list[str]]:
    """Return what is wrong with what was taken for images, and remarks."""
    problems, notices = same_files(samples)
    paths = [sample["img_path"] for sample in samples]
    root = dataset.data_prefix.get("img_path") or ""
    try:
        check_photographs(paths, root, getattr(dataset, "separate", lambda _: MOVE))
    except ValueError as error:
        problems.append(Problem(str(error), samples[0]))
    remark = "" if problems else odd_ones(paths)
    return problems, [*notices, remark] if remark else notices


def _check_values(labels: Any, values: LabelValues, sample: dict) -> list[Problem]:
    """Return what is wrong with the values of all decoded labels together."""
    if not values.num_files:
        return []
    if values.outside(labels.label_lut):
        advice = labels.advise_on_values(values.values)
        text = values.outside_text(labels.label_lut, advice)
    else:
        text = no_labelled_pixel(labels, values)
    return [Problem(text, sample)] if text else []


def _spread(length: int, limit: int | None, seed: int) -> list[int]:
    """Return at most ``limit`` indices below ``length``, sorted."""
    if limit is None or length <= limit:
        return list(range(length))
    return sorted(
        np.random.default_rng(seed).choice(length, limit, replace=False).tolist()
    )


def _check_pipeline(dataset: Any) -> list[Problem]:
    """Return what goes wrong when the pipeline runs on the first sample."""
    try:
        with seeded(0):
            dataset[0]
    except Exception as error:  # whatever a transform may raise
        sample = dataset.get_data_info(0)
        kind = said_by(error)
        return [Problem(f"the pipeline fails on {sample['img_path']}: {kind}", sample)]
    return []
