"""Intersection over union as the domain adaptation papers report it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.logging import MMLogger, print_log
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS

from .by_class import BY_CLASS, class_table, settle_undefined
from .confusion import (
    confusion_areas,
    confusion_matrix,
    never_predicted,
    restricted_prediction,
)
from .iou_table import iou_table
from .occurring import told
from .subsets import check_subsets, resolve_subsets


@METRICS.register_module()
class UDAIoUMetric(IoUMetric):
    r"""IoU per class and its mean over 19, and natively over 16 and 13, classes.

    .. math:: IoU_c = M_{cc} / (\sum_j M_{cj} + \sum_i M_{ic} - M_{cc})

    with one confusion matrix :math:`M` (row: label, column: prediction) summed over
    the whole set. Every mean is a mean over the classes that occur in labels or
    predictions (a class with an empty union has no IoU and is left out).

    The literature scores SYNTHIA by two protocols whose numbers must not be mixed:

    * ``'a'`` (AdaptSegNet family, MRNet, RPLUE, DAFormer): the matrix is that of all
      classes and ``mIoU16`` averages 16 of its 19 entries. A labelled terrain pixel
      is a false positive of whatever is predicted there.
    * ``'b'`` (CBST, CRST): pixels labelled with a class outside *the union of all
      subsets* are ignored, like 255; each subset averages entries of that one
      matrix, and ``mIoU`` is the mean over the union. Meant for a 16-way head, where
      the data set has just those classes. With a 19-way head a prediction of an
      absent class is an error of the labelled class (it stays in the row sum) and
      no class' false positive; ``restrict_argmax`` takes such predictions away by
      an argmax over the union's logits.

    Metrics are percentages with two decimals: ``mIoU``, one per subset, ``aAcc``,
    ``mAcc`` and ``IoU.<class name>`` for every scored class, nan if it does not occur.
    With ``iou_metrics=["mIoU", "mDice", "mFscore"]`` also ``mDice``, ``mFscore``,
    ``mPrecision``, ``mRecall`` and these by class. A class that is never predicted has
    precision 0 (it is 0/0), and one that is predicted and never labelled recall 0, so
    that F1 and Dice are the same number; mmseg leaves them out of the means.

    Under several ranks the images that a sampler repeats to fill the last batch are
    counted once; for that the matrix is kept per image (1.4 kB at 19 classes).

    Args:
        subsets: Class names or ids by metric name, e.g.
            ``dict(mIoU16=[...], mIoU13=[...])``, or the preset ``'synthia'``, which is
            these two. Names are those of the validation data set.
        protocol: ``'a'`` or ``'b'``, see above. ``'b'`` needs subsets.
        restrict_argmax: Under protocol ``'b'``, predict by argmax over the classes
            of the union. Needs the samples' ``seg_logits``; not possible after
            test-time augmentation, whose merged logits mmseg does not keep.
        ignore_index: Label value of pixels that do not count.
        **kwargs: Further arguments of mmseg's ``IoUMetric`` (``output_dir``,
            ``format_only``, ``iou_metrics``, ...).

    Raises:
        ValueError: If an argument is not as above, a class is unknown to the data
            set, or a prediction and its label do not fit each other.
    """

    def __init__(
        self,
        subsets: Mapping[str, Sequence[str | int]] | str | None = None,
        protocol: str = "a",
        restrict_argmax: bool = False,
        ignore_index: int = 255,
        **kwargs: Any,
    ) -> None:
        super().__init__(ignore_index=ignore_index, **kwargs)
        self.subsets = check_subsets(subsets)
        if protocol not in ("a", "b"):
            raise ValueError(f"protocol must be 'a' or 'b', got {protocol!r}")
        if protocol == "b" and not self.subsets:
            raise ValueError(
                "protocol 'b' ignores labels outside the subsets: give subsets, e.g. "
                "subsets='synthia'"
            )
        if restrict_argmax and protocol != "b":
            raise ValueError("restrict_argmax=True belongs to protocol 'b', got 'a'")
        if "mIoU" not in self.metrics:
            raise ValueError(f"iou_metrics must contain 'mIoU', got {self.metrics}")
        if self.format_only and not self.output_dir:
            raise ValueError(
                "format_only=True saves predictions and scores nothing: say where to, "
                "output_dir='work_dirs/predictions' for instance"
            )
        self.protocol = protocol
        self.restrict_argmax = restrict_argmax
        #: Classes with labels that the last evaluation saw no prediction of.
        self.never_predicted: list[str] = []

    @property
    def dataset_meta(self) -> dict | None:
        """Meta information of the validation data set; checked when it is set."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict | None) -> None:
        self._dataset_meta = dataset_meta
        if dataset_meta is not None:
            # Resolved here, not at the end: a misspelt class costs no training run.
            resolve_subsets(self.subsets, dataset_meta["classes"])

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Add the confusion of each sample's prediction and label, and save outputs.

        Raises:
            ValueError: If a sample has no label, sizes differ or a value of either
                is no class; the message names the image.
        """
        for sample in data_samples:
            try:
                super().process(data_batch, [self._checked(sample)])
            except ValueError as error:
                image = sample.get("img_path", "an image without a path")
                raise ValueError(f"cannot evaluate {image}: {error}") from error

    def evaluate(self, size: int) -> dict[str, float]:
        """Return the metrics of ``size`` images; none if they are only saved."""
        if not self.format_only:
            return super().evaluate(size)
        print_log(
            f"The predictions are in {self.output_dir}; nothing is scored "
            "(format_only=True)",
            logger=MMLogger.get_current_instance(),
        )
        return {}

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Sum the images' confusion, print the table and return the percentages."""
        if not results:
            raise ValueError("no image was evaluated: the validation set is empty")
        classes = self.dataset_meta["classes"]
        subsets = resolve_subsets(self.subsets, classes)
        scored = self._scored_ids()
        matrix = np.sum(results, axis=0, dtype=np.int64)
        self.never_predicted = never_predicted(matrix, classes, scored)
        areas = confusion_areas(matrix, scored)
        values = self.total_area_to_metrics(
            *areas, self.metrics, self.nan_to_num, self.beta
        )
        settle_undefined(values, (areas[1] > 0).numpy())
        iou = values["IoU"] * 100
        means = {"mIoU": _mean(iou[scored])}
        means |= {name: _mean(iou[ids]) for name, ids in subsets.items()}
        members = {"mIoU": scored, **subsets}
        self._print_table(iou, means, len(results), members)

        metrics = dict(means, aAcc=_mean(values.pop("aAcc") * 100))
        for name, value in values.items():
            metrics.setdefault(f"m{name}", _mean(value[scored] * 100))
        for index in scored:
            metrics[f"IoU.{classes[index]}"] = _mean(iou[index])
        told = {name: values[name] for name in BY_CLASS if name in values}
        for name, value in told.items():
            for index in scored:
                metrics[f"{name}.{classes[index]}"] = _mean(value[index] * 100)
        if told:
            table = class_table(classes, {"IoU": iou / 100, **told}, scored)
            print_log(table, logger=MMLogger.get_current_instance())
        return metrics

    #: Called by mmseg's ``process`` for each image; what it returns is collected.
    intersect_and_union = staticmethod(confusion_matrix)

    def _scored_ids(self) -> list[int]:
        """Ids of the classes whose labels count: all, or the union of the subsets."""
        classes = self.dataset_meta["classes"]
        if self.protocol == "a":
            return list(range(len(classes)))
        subsets = resolve_subsets(self.subsets, classes)
        return sorted({index for ids in subsets.values() for index in ids})

    def _checked(self, sample: dict) -> dict:
        """Return the sample, with its prediction restricted if that is asked for."""
        if self.format_only:
            return sample
        if "gt_sem_seg" not in sample:
            raise ValueError(
                "it has no label (gt_sem_seg): is LoadAnnotations in the pipeline?"
            )
        prediction = sample["pred_sem_seg"]["data"]
        sizes = [
            tuple(data.shape[-2:])
            for data in (prediction, sample["gt_sem_seg"]["data"])
        ]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"the prediction is {sizes[0]} pixels (H, W), the label {sizes[1]}; "
                "LoadAnnotations must come after Resize in the test pipeline, so that "
                "labels keep their original size"
            )
        if not self.restrict_argmax:
            return sample
        data = restricted_prediction(sample, self._scored_ids())
        return {**sample, "pred_sem_seg": {"data": data}}

    def _print_table(
        self,
        iou: np.ndarray,
        means: dict,
        num_images: int,
        members: Mapping[str, Sequence[int]],
    ) -> None:
        """Log the papers' table; classes of no subset are marked as absent."""
        classes = self.dataset_meta["classes"]
        scored = set(range(len(iou)))
        if self.subsets:
            scored = {i for name in self.subsets for i in members[name]}
        protocol = f", protocol ({self.protocol})" if self.subsets else ""
        over = ""
        for name, ids in members.items():
            absent = [classes[i] for i in ids if np.isnan(iou[i])]
            if absent:
                over += f"\n{name} is {told(absent, len(ids))}"
        print_log(
            f"IoU per class in percent, {num_images} images{protocol}; means are over "
            f"the classes that occur{over}\n" + iou_table(classes, iou, means, scored),
            logger=MMLogger.get_current_instance(),
        )


def _mean(values: np.ndarray | torch.Tensor) -> float:
    """Mean over what is not nan, two decimals; nan when nothing is left."""
    values = np.atleast_1d(values)
    kept = values[~np.isnan(values)]
    return round(float(kept.mean()), 2) if kept.size else float("nan")
