"""The labels of a data set, all at one size, without their images."""

from collections.abc import Sequence

import numpy as np
from mmengine.dataset import BaseDataset
from PIL import Image

from mmseg_uda.datasets.label_files import map_label_ids
from mmseg_uda.datasets.label_formats import format_of


class LabelFiles:
    """Reads label files as class indices at one size.

    The nearest pixel is taken, as Pillow does it, and as ``Resize`` with
    ``backend="pillow"`` does it with the labels in training.

    Args:
        dataset: Data set of this package with labels.
        scale: (width, height) to resize to, in pixels.

    Raises:
        ValueError: If the data set has no labels.
    """

    def __init__(self, dataset: BaseDataset, scale: Sequence[int]) -> None:
        samples = [dataset.get_data_info(index) for index in range(len(dataset))]
        if not all("label_name" in sample for sample in samples):
            raise ValueError(
                f"{type(dataset).__name__} has samples without a label, or is not of "
                "mmseg_uda: regions are found on the labels of GTA5Dataset, "
                "SynthiaDataset, LabelledFolder and the like"
            )
        self.scale = tuple(scale)
        self.names = [sample["label_name"] for sample in samples]
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self.names)

    def read(self, index: int) -> np.ndarray:
        """Return a label map, (H, W) uint8, 0..K-1 or 255 = ignore.

        Raises:
            ValueError: If the file is unreadable, or holds values of no class.
        """
        sample = self._dataset.get_data_info(index)
        ids = format_of(sample).read_sample(sample)
        labels = map_label_ids(ids, sample["label_lut"], sample["seg_map_path"])
        resized = Image.fromarray(labels).resize(self.scale, Image.Resampling.NEAREST)
        return np.asarray(resized)
