"""Packing of soft labels."""

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS

from .followed_label import check_followed
from .load_soft_labels import SOFT_FIELD


@TRANSFORMS.register_module()
class PackSoftLabels(PackSegInputs):
    """Pack image, label and the soft label of :class:`LoadSoftLabels`.

    The data sample gets ``gt_soft_seg`` besides what mmseg packs: (K, H, W) uint8,
    255 times the share of each class.

    Args:
        **kwargs: Arguments of mmseg's ``PackSegInputs``.

    Raises:
        ValueError: In ``transform``, if the label was moved without the soft one.
    """

    def transform(self, results: dict) -> dict:
        """Pack ``results``."""
        packed = super().transform(results)
        check_followed(results, "LoadSoftLabels")
        count = sum(1 for key in results if str(key).startswith(SOFT_FIELD))
        soft = np.stack([results[f"{SOFT_FIELD}{c}"] for c in range(count)])
        data = torch.from_numpy(np.ascontiguousarray(soft))
        packed["data_samples"].gt_soft_seg = PixelData(data=data)
        return packed
