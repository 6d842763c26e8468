"""Ground truth of images, where it is known."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from mmcv.transforms import LoadAnnotations, LoadImageFromFile
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.datasets import BaseSegDataset
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import DATASETS, TRANSFORMS

from mmseg_uda.datasets.label_files import read_label_ids
from mmseg_uda.datasets.loader_config import main_dataset
from mmseg_uda.datasets.transforms import LoadLabels

from .colors import IGNORE_INDEX

# what of a test pipeline gives labels at the size of the file
_KEPT = (LoadImageFromFile, LoadAnnotations, LoadLabels, PackSegInputs)


class Truth(Protocol):
    """Where labels come from."""

    def file(self, name: str, image: Path) -> Path | None:
        """Label file of an image, None if it has none."""

    def labels(self, name: str, image: Path) -> np.ndarray:
        """Class ids (H, W) of an image that has a label file."""


class ValidationTruth:
    """The labels of a config's validation data, by image.

    Args:
        cfg: Config with a ``val_dataloader``, or else a ``test_dataloader``.

    Raises:
        OSError: If its data are not there.
        ValueError: If they are not as they should be.
    """

    def __init__(self, cfg: Config) -> None:
        loader = cfg.get("val_dataloader") or cfg.get("test_dataloader")
        dataset = copy.deepcopy(dict(main_dataset(loader)))
        self._dataset: BaseSegDataset | None = None
        self._index: dict[Path, int] = {}
        if "type" not in dataset:
            return
        dataset["pipeline"] = [t for t in dataset.get("pipeline", ()) if _is_kept(t)]
        with DefaultScope.overwrite_default_scope("mmseg"):
            self._dataset = DATASETS.build(dataset)
        for i in range(len(self._dataset)):
            path = self._dataset.get_data_info(i)["img_path"]
            self._index[Path(path).resolve()] = i

    def images(self) -> list[Path]:
        """Return the images of the validation data, in their order."""
        return list(self._index)

    def file(self, name: str, image: Path) -> Path | None:
        """Label file of an image, None if it has none."""
        index = self._index.get(image.resolve())
        if index is None:
            return None
        file = self._dataset.get_data_info(index).get("seg_map_path")
        return None if file is None else Path(file)

    def labels(self, name: str, image: Path) -> np.ndarray:
        """Class ids (H, W) of an image that :meth:`file` is not None for."""
        sample = self._dataset[self._index[image.resolve()]]["data_samples"]
        return sample.gt_sem_seg.data[0].numpy()


class FolderTruth:
    """Labels as PNGs of class ids, 255 = not scored, called as the pictures are.

    Args:
        folder: Where ``<name>.png`` lie.
        images: The images by name.
        num_classes: Number of classes.

    Raises:
        FileNotFoundError: If there is a label for no image.
    """

    def __init__(
        self, folder: str | Path, images: Mapping[str, Path], num_classes: int
    ) -> None:
        self.folder = Path(folder)
        self.num_classes = num_classes
        if not any(self.file(name, image) for name, image in images.items()):
            wanted = self.folder / f"{next(iter(images))}.png"
            raise FileNotFoundError(
                f"--labels {folder} holds a label for none of the images; the first "
                f"one's would be {wanted}"
            )

    def file(self, name: str, image: Path) -> Path | None:
        """Label file of an image, None if it has none."""
        file = self.folder / f"{name}.png"
        return file if file.is_file() else None

    def labels(self, name: str, image: Path) -> np.ndarray:
        """Class ids (H, W) of an image that :meth:`file` is not None for.

        Raises:
            ValueError: If the file is unreadable or holds other values.
        """
        file = self.file(name, image)
        labels = read_label_ids(file)
        wrong = labels[(labels >= self.num_classes) & (labels != IGNORE_INDEX)]
        if wrong.size:
            raise ValueError(
                f"the label {file} holds {wrong.max()}; allowed are class ids 0 to "
                f"{self.num_classes - 1}, and 255 for pixels that are not scored"
            )
        return labels


def _is_kept(transform: dict) -> bool:
    kind = transform["type"]
    kind = TRANSFORMS.get(kind) if isinstance(kind, str) else kind
    return isinstance(kind, type) and issubclass(kind, _KEPT)
