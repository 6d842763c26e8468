"""Whether a network predicts what a folder of pseudo-labels says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS

from mmseg_uda.datasets.label_files import read_label_ids

from ..confusion import confusion_matrix
from .means import in_percent

_IGNORED = 255


@METRICS.register_module()
class AgreementMetric(BaseMetric):
    r"""Share of the pseudo-labels that predictions agree with.

    .. math:: agreement = \frac{\sum_c M_{cc}}{\sum_{cj} M_{cj}}, \qquad
        class\_agreement = \operatorname{mean}_c \frac{M_{cc}}{\sum_j M_{cj}}

    with :math:`M` the pixels by pseudo-label (row) and prediction (column) of the whole
    set; pixels without a label do not count, nor do classes without one in the mean.
    In percent; the names are ``label_free/agreement`` and
    ``label_free/class_agreement``.

    The labels may be those of a pseudo-label stage of this run or of another: what is
    measured is closeness to the network that gave them, right or wrong. Of a network
    that was trained on these very labels it tells how well it has learned them.

    Args:
        pseudo_label_dir: Folder that ``tools/generate_pseudo_labels.py`` or a
            pseudo-label stage has written; None for that of the labels which this
            stage trains on, which the stage runner fills in. An image has the label
            with the longest end of its path: the images are those that were labelled.
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``.

    Raises:
        FileNotFoundError: If the folder is not there, or not finished.
        ValueError: If it is not given or of other classes, an image has no label in
            it, or one of another size, or no pixel has a label.
    """

    default_prefix = "label_free"
    #: Names of its scores, without prefix.
    score_names = ("agreement", "class_agreement")

    def __init__(self, pseudo_label_dir: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pseudo_label_dir = pseudo_label_dir
        self._classes: list[str] | None = None  # once the folder was looked at

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Add the confusion of each image's prediction with its pseudo-label.

        Raises:
            FileNotFoundError: See the class.
            ValueError: Likewise.
        """
        if self._classes is None:
            self._classes = self._checked_classes()
        for sample in data_samples:
            path = self._label_of(Path(sample["img_path"]))
            predicted = sample["pred_sem_seg"]["data"].squeeze(0).cpu()
            label = torch.from_numpy(read_label_ids(path).astype(np.int64))
            if label.shape != predicted.shape:
                raise ValueError(
                    f"{path} is {tuple(label.shape)} pixels (H, W), the prediction of "
                    f"its image {tuple(predicted.shape)}: they are of other images"
                )
            number = len(self._classes)
            self.results.append(confusion_matrix(predicted, label, number, _IGNORED))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return both scores over all pixels of all images.

        Raises:
            ValueError: If there is no image, or no label.
        """
        matrix = np.sum(results, axis=0, dtype=np.int64)
        if not np.any(matrix):
            raise ValueError(
                f"no pixel of {len(results)} images has a label in {self.folder}"
            )
        right, labelled = np.diag(matrix), matrix.sum(1)
        occurs = labelled > 0
        values = {
            "agreement": right.sum() / labelled.sum(),
            "class_agreement": (right[occurs] / labelled[occurs]).mean(),
        }
        return in_percent(values, f"{len(results)} images, labels of {self.folder}")

    @property
    def folder(self) -> Path:
        """Folder of the labels.

        Raises:
            ValueError: If it is not known.
        """
        if self.pseudo_label_dir is None:
            raise ValueError(
                "AgreementMetric: pseudo_label_dir is not set. Give it a folder that a "
                "pseudo-label stage or tools/generate_pseudo_labels.py has written, "
                "for instance work_dirs/mine/pseudo_labels; in a stage that trains on "
                "pseudo-labels it is that of these"
            )
        return Path(self.pseudo_label_dir)

    def _label_of(self, image: Path) -> Path:
        parts = image.absolute().with_suffix(".png").parts[1:]
        for start in range(len(parts)):
            label = Path(self.folder, "labels", *parts[start:])
            if label.is_file():
                return label
        raise ValueError(
            f"{image} has no pseudo-label in {self.folder}: let val_dataloader hold "
            "images that were labelled, those that the target trains on"
        )

    def _checked_classes(self) -> list[str]:
        """Return the labels' classes, which have to be those of the data set."""
        summary = self.folder / "pseudo_labels.json"
        if not summary.is_file():
            raise FileNotFoundError(
                f"{self.folder} is no finished folder of pseudo-labels: it has no "
                "pseudo_labels.json, which is written last"
            )
        classes = list(json.loads(summary.read_text("utf-8"))["classes"])
        own = list((self.dataset_meta or {}).get("classes") or classes)
        named = not all(name.isdigit() for name in classes)
        if len(classes) != len(own) or (named and classes != own):
            raise ValueError(
                f"the pseudo-labels in {self.folder} are of the classes "
                f"{', '.join(classes)}; the data set has {', '.join(own)}"
            )
        return own
