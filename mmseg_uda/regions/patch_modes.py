"""PatchAlign's modes of patches."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmseg_uda.registry import REGIONS
from mmseg_uda.structures.grid import grid_shape

from .patch_histograms import patch_histograms
from .region_rule import RegionRule


@REGIONS.register_module()
class PatchModes(RegionRule):
    r"""K-means of the label histograms of patches.

    A patch is described by the shares of the K classes in each of its ``cells`` x
    ``cells`` parts; its mode is the nearest of ``num_modes`` centres,

    .. math:: \Gamma(Y)^{ij} = \arg\min_m \| h^{ij} - c_m \|^2

    "Domain Adaptation for Structured Output via Discriminative Patch Representations"
    (Tsai et al.). Sizes are from memory of the paper, not checked. Shares (ignored
    pixels lower their sum) rather than counts are our choice, so that a patch of an
    image whose sides are no multiples of the patch's compares with others.

    Modes are sorted by size: 0 is the most frequent.

    Args:
        patch_size: (height, width) in pixels.
        num_modes: Number of modes.
        cells: Parts along each side of a patch.
        **common: ``max_patches``, ``max_images`` and ``min_labelled`` of
            :class:`RegionRule`.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        patch_size: Sequence[int] = (32, 64),
        num_modes: int = 50,
        cells: int = 2,
        **common: Any,
    ) -> None:
        super().__init__(num_modes, patch_size, **common)
        if not 1 <= cells <= min(self.patch_size):
            raise ValueError(
                "cells must be at least 1, and at most the pixels of a patch's shorter "
                f"side ({min(self.patch_size)}), got {cells}"
            )
        self.cells = cells

    def describe(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Return the histograms of the cells, (I, J, cells * cells * K)."""
        grid = grid_shape(labels.shape, self.patch_size)
        shares = patch_histograms(labels, grid, num_classes, self.cells)
        return shares.reshape(*grid, -1)

    def fit(self, descriptors: np.ndarray, seed: int) -> dict[str, np.ndarray]:
        """Return the centres of the modes: ``centres`` (N, D) float32.

        Raises:
            ValueError: If there are fewer different patches than modes.
        """
        # takes a second to import, which only fitting has to spend
        from sklearn.cluster import KMeans
        from threadpoolctl import threadpool_limits

        different = len(np.unique(descriptors, axis=0))
        if different < self.num_regions:
            raise ValueError(
                f"{different} different patches among the {len(descriptors)} sampled "
                f"cannot be sorted into {self.num_regions} modes: raise max_patches or "
                "max_images, or lower num_modes"
            )
        # several threads would add up in an order, and to a rounding, of their own
        with threadpool_limits(limits=1):
            found = KMeans(self.num_regions, n_init=1, random_state=seed)
            found.fit(descriptors)
        sizes = np.bincount(found.labels_, minlength=self.num_regions)
        order = np.argsort(-sizes, kind="stable")
        centres = found.cluster_centers_[order].astype(np.float32)
        return {"centres": centres}

    def assign(
        self, descriptors: np.ndarray, fitted: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Return the nearest centre of each patch, (P,) uint8."""
        centres = fitted["centres"]
        # |h - c|^2 without |h|^2, which is the same for all centres
        distance = (centres**2).sum(1) - 2 * descriptors @ centres.T
        return distance.argmin(axis=1).astype(np.uint8)
