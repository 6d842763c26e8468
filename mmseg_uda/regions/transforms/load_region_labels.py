"""Loading of the labels of patches, as maps of pixels."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmseg_uda.datasets.transforms.followed_label import follow_label
from mmseg_uda.regions.grids.finished import FinishedLabels
from mmseg_uda.regions.grids.layout import region_name

#: Key of the sizes of the patches, (height, width) in pixels by name of the labels.
PATCH_SIZES = "region_patch_sizes"


@TRANSFORMS.register_module()
class LoadRegionLabels(BaseTransform):
    """Load the grids of region labels of an image, each as a map of pixels.

    Stands right behind :class:`LoadLabels`. A pixel has the label of the patch that it
    lies in, so every transform that follows mmseg's ``seg_fields`` (``Resize``,
    ``RandomCrop``, ``RandomFlip``, ``RandomRotate``, ...) moves these maps with the
    label, pixel for pixel. End the pipeline with :class:`PackRegionLabels`, which
    refuses what one that does not (mmcv's ``Pad``, ``CenterCrop``) has made of them.

    Required keys: ``label_name`` (from the data sets of mmseg_uda), ``gt_seg_map``.
    Added keys: for each size of patches ``region_<size>`` (H, W) uint8, 0..N-1, 255 =
    ignore; ``gt_seg_map_followed``, a copy of the label; ``seg_fields``;
    ``region_patch_sizes``.

    Args:
        name: Name of the stage that makes the labels, in the ``regions`` of the
            training stage.
        region_dir: Folder of that stage. The stage runner fills it in; it must not
            stay None.

    Raises:
        FileNotFoundError: If the folder is not finished.
        ValueError: If a file in it is damaged; in ``transform``, if ``region_dir`` is
            not given, the sample has no label or none of its regions, or labels of
            that name are loaded already.
    """

    def __init__(self, name: str, region_dir: str | None = None) -> None:
        self.name = name
        self.region_dir = region_dir
        self.labels = None if region_dir is None else FinishedLabels(region_dir)

    def transform(self, results: dict) -> dict:
        """Add the maps to ``results``."""
        if self.labels is None:
            raise ValueError(
                f"LoadRegionLabels(name={self.name!r}): region_dir is not set. Train "
                "through the config's stages (tools/train.py fills it in), or set it "
                "to a folder written by tools/make_region_labels.py"
            )
        if "gt_seg_map" not in results or "label_name" not in results:
            raise ValueError(
                f"LoadRegionLabels(name={self.name!r}) needs a label: put it behind "
                "LoadLabels, in the pipeline of a labelled data set of mmseg_uda"
            )
        follow_label(results)
        sizes = results.setdefault(PATCH_SIZES, {})
        for size, patch_size in self.labels.patch_sizes.items():
            key = region_name(size)
            if key in sizes:
                raise ValueError(
                    f"LoadRegionLabels(name={self.name!r}): {key} is loaded already, "
                    "by another one; give the sizes of the two stages different names"
                )
            grid = self.labels.read(size, results["label_name"])
            results[key] = _spread(grid, results["gt_seg_map"].shape)
            results["seg_fields"].append(key)
            sizes[key] = patch_size
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, {self.region_dir!r})"


def _spread(grid: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Give each pixel the value of the cell that its centre lies in."""
    rows, columns = (
        ((np.arange(length) + 0.5) * count / length).astype(int)
        for length, count in zip(shape, grid.shape, strict=True)
    )
    return grid[rows[:, None], columns[None]]
