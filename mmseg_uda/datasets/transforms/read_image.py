"""Loading of images by the rule of their data set."""

from collections.abc import Iterable

import numpy as np
from mmcv.transforms import BaseTransform, LoadImageFromFile
from mmseg.registry import TRANSFORMS

from ..reading import ImageReader


@TRANSFORMS.register_module()
class ReadImage(BaseTransform):
    """Load an image as its data set says: see :class:`.reading.ImageReader`.

    In the data sets of this package, and in the tools, mmcv's ``LoadImageFromFile``
    stands for it: pipelines are written as everywhere in mmseg, whose own inferencer
    looks for that name.

    Required keys: ``img_path``; ``image_reader`` (absent: one without options). Added
    keys: ``img`` (H, W, 3) uint8, BGR; ``img_shape`` and ``ori_shape`` (H, W).

    Args:
        to_float32: Whether ``img`` is float32, still in [0, 255].

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read, or has other numbers than expected.
    """

    def __init__(self, to_float32: bool = False) -> None:
        self.to_float32 = to_float32

    def transform(self, results: dict) -> dict:
        """Add the image to ``results``."""
        reader = results.get("image_reader") or ImageReader()
        image = reader.read(results["img_path"])
        results["img"] = image.astype(np.float32) if self.to_float32 else image
        results["img_shape"] = results["ori_shape"] = image.shape[:2]
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(to_float32={self.to_float32})"


def read_by_data_set(transforms: Iterable) -> list:
    """Put :class:`ReadImage` in the place of mmcv's plain loader.

    A loader with options of its own (another colour type, backend or storage), or of
    another class, stays: it has been chosen.
    """
    return [
        ReadImage(transform.to_float32) if _is_plain(transform) else transform
        for transform in transforms
    ]


def reads_itself(transforms: Iterable) -> bool:
    """Whether a pipeline loads images by another rule than that of the data set."""
    transforms = list(transforms)
    return bool(transforms) and not any(isinstance(t, ReadImage) for t in transforms)


def _is_plain(transform: object) -> bool:
    return (
        type(transform) is LoadImageFromFile
        and transform.color_type == "color"
        and transform.imdecode_backend == "cv2"
        and not transform.ignore_empty
        and transform.file_client_args is None
        and transform.backend_args is None
    )
