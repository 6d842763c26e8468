"""Packing of the labels of patches."""

from collections.abc import Sequence

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS

from mmseg_uda.datasets.transforms.followed_label import check_followed
from mmseg_uda.regions.patch_histograms import patch_histograms
from mmseg_uda.regions.region_rule import IGNORE
from mmseg_uda.structures.grid import REGION_FIELD, grid_shape

from .load_region_labels import PATCH_SIZES

_HALF = 0.5 - 1e-6  # sums of rounded shares


@TRANSFORMS.register_module()
class PackRegionLabels(PackSegInputs):
    """Pack image, label and the region labels of :class:`LoadRegionLabels`.

    Takes the place of ``PackSegInputs``. The data sample gets ``gt_region_<name>`` for
    each of the loaded maps: (1, I, J) uint8, the label that most pixels of each patch
    have; 255 = ignore where more than half of the pixels are ignored, or two labels are
    equally frequent. The patches are those of the grid over the image as it is now,
    (I, J) of :func:`grid_shape`; after a crop they lie elsewhere than when they were
    labelled. The meta information ``labelled_shape`` is the (H, W) in pixels that the
    grid covers.

    Args:
        **kwargs: Arguments of mmseg's ``PackSegInputs``.

    Raises:
        ValueError: In ``transform``, if there are no loaded maps, or the label was
            moved without them.
    """

    def transform(self, results: dict) -> dict:
        """Pack ``results``."""
        packed = super().transform(results)
        if PATCH_SIZES not in results:
            raise ValueError(
                "PackRegionLabels finds no region labels: put LoadRegionLabels behind "
                "LoadLabels, or end the pipeline with PackSegInputs"
            )
        check_followed(results, "LoadRegionLabels")
        for name, patch_size in results[PATCH_SIZES].items():
            pixels = results[name]
            regions = torch.from_numpy(majority(pixels, patch_size))
            data = PixelData(
                data=regions[None], metainfo={"labelled_shape": pixels.shape}
            )
            packed["data_samples"].set_field(
                data, f"{REGION_FIELD}{name}", dtype=PixelData
            )
        return packed


def majority(pixels: np.ndarray, patch_size: Sequence[int]) -> np.ndarray:
    """Return the most frequent label of each patch.

    Args:
        pixels: (H, W) uint8, 255 = ignore.
        patch_size: (height, width) in pixels.

    Returns:
        (I, J) uint8; 255 where more than half of a patch is ignored, or on a tie.
    """
    grid = grid_shape(pixels.shape, patch_size)
    shares = patch_histograms(pixels, grid, IGNORE)[:, :, 0, 0]
    most = shares.max(axis=-1)
    tied = (shares == most[..., None]).sum(axis=-1) > 1
    mostly_ignored = shares.sum(axis=-1) < _HALF
    kinds = shares.argmax(axis=-1).astype(np.uint8)
    return np.where(tied | mostly_ignored, np.uint8(IGNORE), kinds)
