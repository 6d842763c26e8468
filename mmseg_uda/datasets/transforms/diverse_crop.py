"""Random crop that prefers places with many classes."""

import numpy as np
from mmcv.transforms.utils import cache_randomness
from mmseg.datasets.transforms import RandomCrop
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class DiverseCrop(RandomCrop):
    """Random crop, drawn anew while it holds too few label values.

    The rule of MRNet's and RPLUE's code ("more than ten classes", at most ten tries;
    their papers do not mention it): the first crop with at least ``min_labels``
    distinct values of ``gt_seg_map`` is taken, 255 counting as a value; if there is
    none, the last. Images without labels are cropped at random.

    Nothing is padded: padding would be trained on as if it were scene.

    Args:
        crop_size: Height and width in pixels.
        min_labels: Least number of distinct label values. MRNet: 11; 1 accepts the
            first crop.
        max_tries: Largest number of crops drawn.

    Raises:
        ValueError: If an argument is not positive, or an image smaller than the crop.
    """

    def __init__(
        self, crop_size: tuple[int, int], min_labels: int = 11, max_tries: int = 10
    ) -> None:
        if min_labels < 1 or max_tries < 1:
            raise ValueError(
                f"min_labels and max_tries must be >= 1, got {min_labels}, {max_tries}"
            )
        super().__init__(crop_size=tuple(crop_size))
        self.min_labels = min_labels
        self.max_tries = max_tries

    @cache_randomness
    def crop_bbox(self, results: dict) -> tuple[int, int, int, int]:
        """Return top, bottom, left and right of the crop, in pixels."""
        labels = results.get("gt_seg_map")
        tries = self.max_tries if labels is not None else 1
        for _ in range(tries):
            box = self._draw(results)
            if labels is None:
                break
            counts = np.bincount(self.crop(labels, box).ravel())
            if np.count_nonzero(counts) >= self.min_labels:
                break
        return box

    def _draw(self, results: dict) -> tuple[int, int, int, int]:
        (height, width), (crop_h, crop_w) = results["img"].shape[:2], self.crop_size
        if height < crop_h or width < crop_w:
            raise ValueError(
                f"{results.get('img_path', 'the image')} is {width}x{height} (width x "
                f"height) when it is cropped, smaller than the crop {crop_w}x{crop_h}: "
                "resize it to at least that before, or lower crop_size (height, width)"
            )
        top = np.random.randint(height - crop_h + 1)  # noqa: NPY002 - mmcv's generator
        left = np.random.randint(width - crop_w + 1)  # noqa: NPY002
        return top, top + crop_h, left, left + crop_w

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(crop_size={self.crop_size}, "
            f"min_labels={self.min_labels}, max_tries={self.max_tries})"
        )
