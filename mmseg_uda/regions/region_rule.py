"""What every way to sort patches into kinds has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from mmseg_uda.structures.grid import check_patch_size, grid_shape

from .patch_histograms import patch_histograms

IGNORE = 255
_MAX_REGIONS = 254


class RegionRule(ABC):
    """Sorts the patches of label maps into ``num_regions`` kinds.

    It is fitted once, on patches of the source. After a ``RegionLabelStage`` the
    training labels the patches of every image anew, behind crop, resize and flip; a
    ``RegionGridStage`` writes label files, which follow these. A subclass says what
    describes a patch, how the kinds are found, and of which kind a patch is.

    Args:
        num_regions: Number of kinds N, in [2, 254].
        patch_size: (height, width) of a patch in pixels of the training image.
        max_patches: Largest number of patches to fit on.
        max_images: Largest number of images that they are taken from.
        min_labelled: Share of a patch's pixels, in (0, 1], that must have a label; a
            patch with less is ignored.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        num_regions: int,
        patch_size: Sequence[int],
        /,  # named by the classes below, one of which calls the first otherwise
        max_patches: int = 200_000,
        max_images: int = 2000,
        min_labelled: float = 0.5,
    ) -> None:
        if not 2 <= num_regions <= _MAX_REGIONS:
            raise ValueError(
                f"the number of regions must be in [2, {_MAX_REGIONS}], got "
                f"{num_regions}"
            )
        if max_images < 1 or max_patches < num_regions:
            raise ValueError(
                "max_images must be >= 1 and max_patches at least the number of "
                f"regions, got {max_images} and {max_patches} for {num_regions} regions"
            )
        if not 0 < min_labelled <= 1:
            raise ValueError(f"min_labelled must be in (0, 1], got {min_labelled}")
        self.num_regions = num_regions
        self.patch_size = check_patch_size(patch_size)
        self.max_patches = max_patches
        self.max_images = max_images
        self.min_labelled = min_labelled

    @abstractmethod
    def describe(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Return what describes each patch of a label map.

        Args:
            labels: (H, W), 0..K-1 or 255 = ignore.
            num_classes: K.

        Returns:
            (I, J, D) float32.
        """

    @abstractmethod
    def fit(self, descriptors: np.ndarray, seed: int) -> dict[str, np.ndarray]:
        """Find the kinds.

        Args:
            descriptors: (P, D) float32.
            seed: Seed of everything random.

        Returns:
            What :meth:`assign` needs, as arrays by name. The same for equal arguments.

        Raises:
            ValueError: If the patches don't hold as many kinds.
        """

    @abstractmethod
    def assign(
        self, descriptors: np.ndarray, fitted: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Return the kind of each patch, (P,) uint8, 0..N-1 or 255 = none.

        Args:
            descriptors: (P, D) float32.
            fitted: What :meth:`fit` returned.
        """

    def labelled(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Return which patches of a label map (H, W) count, (I, J) bool."""
        grid = grid_shape(labels.shape, self.patch_size)
        shares = patch_histograms(labels, grid, num_classes).sum(axis=(2, 3, 4))
        return shares >= self.min_labelled

    def label(
        self, labels: np.ndarray, num_classes: int, fitted: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Return the kind of each patch of a label map (H, W), (I, J) uint8."""
        counts = self.labelled(labels, num_classes)
        kinds = np.full(counts.shape, IGNORE, np.uint8)
        kinds[counts] = self.assign(self.describe(labels, num_classes)[counts], fitted)
        return kinds
