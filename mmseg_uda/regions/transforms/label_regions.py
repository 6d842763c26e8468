"""Labels of patches, made from the labels of pixels."""

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.registry import TRANSFORMS

from mmseg_uda.regions.fitted import FittedRegions
from mmseg_uda.structures.grid import REGION_FIELD


@TRANSFORMS.register_module()
class LabelRegions(BaseTransform):
    """Label the patches of a packed sample with their kinds.

    Stands last, behind ``PackSegInputs``: patches are cut from the label as the network
    gets it, so there is nothing that a crop, resize or flip could displace.

    Required key: ``data_samples`` with ``gt_sem_seg``. Adds ``gt_region_<name>`` to it:
    (1, I, J) uint8, 0..N-1, 255 = ignore; its meta information ``labelled_shape`` is
    the (H, W) in pixels that the grid covers.

    Args:
        name: Name of the stage that finds the kinds, in the ``regions`` of the training
            stage; objectives ask for the labels by it.
        region_dir: Folder of that stage. The stage runner fills it in; it must not
            stay None.

    Raises:
        FileNotFoundError: If the folder is not finished.
        ValueError: If a file in it is damaged; in ``transform``, if ``region_dir`` is
            not given or the sample has no label.
    """

    def __init__(self, name: str, region_dir: str | None = None) -> None:
        self.name = name
        self.region_dir = region_dir
        self.fitted = None if region_dir is None else FittedRegions(region_dir)

    def transform(self, results: dict) -> dict:
        """Add the labels of the patches to ``results['data_samples']``."""
        sample = results.get("data_samples")
        if self.fitted is None:
            raise ValueError(
                f"LabelRegions(name={self.name!r}): region_dir is not set. Train "
                "through the config's stages (tools/train.py fills it in), or set it "
                "to the folder of a finished RegionLabelStage"
            )
        if sample is None or "gt_sem_seg" not in sample:
            raise ValueError(
                f"LabelRegions(name={self.name!r}) needs a packed sample with a label: "
                "put it behind PackSegInputs, in the pipeline of a labelled data set"
            )
        labels = sample.gt_sem_seg.data[0].numpy()
        regions = torch.from_numpy(np.ascontiguousarray(self.fitted.label(labels)))
        data = PixelData(data=regions[None], metainfo={"labelled_shape": labels.shape})
        sample.set_field(data, f"{REGION_FIELD}{self.name}", dtype=PixelData)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, {self.region_dir!r})"
