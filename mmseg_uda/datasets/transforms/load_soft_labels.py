"""Loading of soft labels."""

import zipfile

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from .followed_label import follow_label

#: Start of the names of the fields that hold one class each.
SOFT_FIELD = "gt_soft_class_"


@TRANSFORMS.register_module()
class LoadSoftLabels(BaseTransform):
    """Load the soft label of an image, one field a class.

    A field a class lets every transform that follows mmseg's ``seg_fields``
    (``Resize``, ``RandomCrop``, ``RandomFlip``, ``RandomRotate``, ...) move these too,
    pixel for pixel as it does the hard label. End the pipeline with
    :class:`PackSoftLabels`, which refuses what one that does not (mmcv's ``Pad``,
    ``CenterCrop``) has made of them.

    Required keys: ``soft_label_path`` (from ``PseudoLabelledDataset(soft=True)``),
    ``gt_seg_map`` (so it stands behind :class:`LoadLabels`). Added keys:
    ``gt_soft_class_<c>`` (H, W) uint8, 255 times the share of class c;
    ``gt_seg_map_followed``, a copy of the label; ``seg_fields``.

    Raises:
        ValueError: If the sample has no soft label, or the file is unreadable or of
            another size than the label.
    """

    def transform(self, results: dict) -> dict:
        """Add the fields to ``results``."""
        path = results.get("soft_label_path")
        if path is None or "gt_seg_map" not in results:
            raise ValueError(
                "LoadSoftLabels needs a soft label and, before it, LoadLabels: use "
                "dict(type='PseudoLabelledDataset', soft=True, ...) with labels of the "
                f"rule SoftClassBalanced; {results.get('img_path')} has "
                f"{'no gt_seg_map' if path else 'no soft_label_path'}"
            )
        soft = _read(path)
        labels = results["gt_seg_map"]
        if soft.ndim != 3 or soft.shape[1:] != labels.shape:
            raise ValueError(
                f"soft and hard label differ in size: {path} is {soft.shape} (K, H, "
                f"W), {results['seg_map_path']} is {labels.shape} (H, W)"
            )
        follow_label(results)
        for c, share in enumerate(soft):
            results[f"{SOFT_FIELD}{c}"] = share
            results["seg_fields"].append(f"{SOFT_FIELD}{c}")
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _read(path: str) -> np.ndarray:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["soft"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"soft label {path} cannot be read: {error}. Generate the labels again "
            "(--overwrite)"
        ) from error
