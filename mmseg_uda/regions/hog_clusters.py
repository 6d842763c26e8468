"""Dense clusters of the gradients of patches: MLAN's context relations."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmseg_uda.registry import REGIONS
from mmseg_uda.structures.grid import grid_shape
from mmseg_uda.utils.options import check_number

from .density_clusters import NOISE, density_clusters
from .fill_ignored import fill_ignored
from .patch_histograms import patch_histograms
from .patch_hog import normalised_blocks, patch_hog
from .region_rule import IGNORE, RegionRule

_CELLS = 8  # along the width of a patch


@REGIONS.register_module()
class HogClusters(RegionRule):
    r"""DBSCAN on the histograms of oriented gradients of patches of label maps.

    "Multi-level Adversarial Network for Domain Adaptive Semantic Segmentation" (MLAN),
    Sec. 3.2, which gives neither patch sizes, nor cells, nor eps and min_samples, nor
    what becomes of noise. Ours:

    - The gradients are those of the map of class indices, in which ignored pixels have
      the class of the nearest labelled one. Cells are an eighth of the patch's width,
      square up to rounding (18x32 in 4x8 cells of 4.5x4 pixels), 9 directions, blocks
      of 3x3 cells (see :func:`normalised_blocks`).
    - A patch whose labels are of a single class has no context relation: ignored.
    - The ``num_regions`` largest clusters are the kinds, 0 the largest; noise and all
      other clusters are ignored. There may be fewer clusters than kinds.
    - A patch that was not fitted on is of the cluster of the nearest core sample, if
      that is within ``eps``.

    Gradients of class indices do not say which classes meet: after the normalisation an
    edge between road and sidewalk is one between building and sky. With
    ``class_histogram`` w > 0, w times the square roots of the class shares of the patch
    (a vector of length w) is appended.

    Args:
        patch_size: (height, width) in pixels.
        num_regions: Largest number of kinds N. The paper's 100.
        eps: Radius of a neighbourhood; gradients are at most sqrt(2) apart, class
            shares sqrt(2) ``class_histogram``.
        min_samples: Patches, itself included, within ``eps`` of a core sample.
        class_histogram: Length of the part that says which classes there are; 0: none.
        pca_dims: Principal axes that descriptors are projected on first; None: all.
        max_patches: Patches to fit on; time grows with the square.
        **common: ``max_images`` and ``min_labelled`` of :class:`RegionRule`.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        patch_size: Sequence[int] = (18, 32),
        num_regions: int = 100,
        eps: float = 0.1,
        min_samples: int = 10,
        class_histogram: float = 0.0,
        pca_dims: int | None = 24,
        max_patches: int = 20_000,
        **common: Any,
    ) -> None:
        super().__init__(num_regions, patch_size, max_patches, **common)
        if not eps > 0 or min_samples < 1:
            raise ValueError(
                f"eps must be > 0 and min_samples >= 1, got {eps} and {min_samples}"
            )
        check_number("class_histogram", class_histogram, lowest=0)
        if pca_dims is not None and pca_dims < 1:
            raise ValueError(f"pca_dims must be >= 1 or None (all), got {pca_dims}")
        self.eps = eps
        self.min_samples = min_samples
        self.class_histogram = class_histogram
        self.pca_dims = pca_dims
        height, width = self.patch_size
        columns = min(_CELLS, width)
        self.cells = (max(1, min(height, height * _CELLS // width)), columns)

    def describe(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Return gradients and class shares of the patches, (I, J, D)."""
        grid = grid_shape(labels.shape, self.patch_size)
        hog = patch_hog(fill_ignored(labels), grid, self.cells)
        hog = normalised_blocks(hog.reshape(-1, *hog.shape[2:]))
        if self.class_histogram:
            shares = patch_histograms(labels, grid, num_classes)
            shares = shares.reshape(-1, num_classes)
            shares /= shares.sum(axis=1, keepdims=True).clip(min=1e-6)
            hog = np.hstack([hog, self.class_histogram * np.sqrt(shares)])
        return hog.reshape(*grid, -1)

    def fit(self, descriptors: np.ndarray, seed: int) -> dict[str, np.ndarray]:
        """Find the clusters; ``seed`` has nothing to decide.

        Returns:
            ``cores`` (C, D') float32, ``kinds`` (C,) uint8, 0..N-1 or 255 for those of
            clusters that are not among the largest, ``noise``, ``smaller`` (how many
            of the patches are noise, or in those clusters) and ``clusters`` (how many
            were found); with ``pca_dims`` also ``mean`` (D,) and ``axes`` (D', D).

        Raises:
            ValueError: If there are too few patches, or no cluster, or the
                neighbourhoods of all patches together are too large for memory.
        """
        if len(descriptors) < max(2, self.min_samples):
            raise ValueError(
                f"{len(descriptors)} patch(es) of two classes or more are too few for "
                f"clusters of min_samples={self.min_samples}: label more, take smaller "
                "patches or lower min_samples; two patches are the least"
            )
        axes = self._axes(descriptors)
        points = _projected(descriptors, axes)
        clusters, is_core = density_clusters(points, self.eps, self.min_samples)
        count = clusters.max(initial=NOISE) + 1
        if not count:
            raise ValueError(
                f"no {self.min_samples} of the {len(points)} sampled patches lie "
                f"within eps={self.eps} of one, so there is no cluster: raise eps or "
                "max_patches, or lower min_samples"
            )
        kept = clusters < self.num_regions
        kinds = np.where(kept, clusters, IGNORE).astype(np.uint8)
        return {
            "cores": points[is_core],
            "kinds": kinds[is_core],
            "noise": (clusters == NOISE).sum(),
            "smaller": (~kept).sum(),
            "clusters": count,
            **axes,
        }

    def assign(
        self, descriptors: np.ndarray, fitted: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Return the cluster of the nearest core sample of each patch, (P,) uint8."""
        from sklearn.metrics import pairwise_distances_argmin_min

        if not len(descriptors):
            return np.zeros(0, np.uint8)
        points = _projected(descriptors, fitted)
        nearest, distance = pairwise_distances_argmin_min(points, fitted["cores"])
        return np.where(distance <= self.eps, fitted["kinds"][nearest], IGNORE)

    def labelled(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Return which patches have enough labels, of two classes or more, (I, J)."""
        grid = grid_shape(labels.shape, self.patch_size)
        shares = patch_histograms(labels, grid, num_classes)[:, :, 0, 0]
        return (shares.sum(-1) >= self.min_labelled) & ((shares > 0).sum(-1) > 1)

    def _axes(self, descriptors: np.ndarray) -> dict[str, np.ndarray]:
        if self.pca_dims is None:
            return {}
        from sklearn.decomposition import PCA
        from threadpoolctl import threadpool_limits

        dims = min(self.pca_dims, *descriptors.shape)
        with threadpool_limits(limits=1):
            pca = PCA(dims, svd_solver="covariance_eigh").fit(descriptors)
        return {
            "mean": pca.mean_.astype(np.float32),
            "axes": pca.components_.astype(np.float32),
        }


def _projected(descriptors: np.ndarray, fitted: Mapping[str, np.ndarray]) -> np.ndarray:
    if "axes" not in fitted:
        return np.ascontiguousarray(descriptors)
    return (descriptors - fitted["mean"]) @ fitted["axes"].T
