"""DBSCAN with bounded memory and an order of its clusters."""

import numpy as np

NOISE = -1
_PROBED = 500
_MAX_BYTES = 1.5 * 2**30


def density_clusters(
    points: np.ndarray, eps: float, min_samples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Find the dense parts of a cloud of points.

    A point with ``min_samples`` points, itself included, within ``eps`` is a core
    sample; core samples within ``eps`` of each other belong together, and so do the
    points within ``eps`` of one of them. The rest is noise. Clusters are sorted by
    size, largest first, equal ones by their centroids.

    "A Density-Based Algorithm for Discovering Clusters in Large Spatial Databases with
    Noise" (Ester et al.), as in scikit-learn.

    Args:
        points: (P, D) float32.
        eps: Radius, Euclidean.
        min_samples: Number of neighbours, the point included.

    Returns:
        Cluster of each point, (P,) int, -1 = noise, and which points are core samples,
        (P,) bool.

    Raises:
        ValueError: If the lists of neighbours would not fit into 1.5 GiB.
    """
    # takes a second to import, which only fitting has to spend
    from sklearn.cluster import DBSCAN
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        _check_memory(points, eps)
        found = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
    is_core = np.zeros(len(points), bool)
    is_core[found.core_sample_indices_] = True
    return _sorted(found.labels_, points), is_core


def _sorted(clusters: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Number clusters by size, equal ones by centroid."""
    count = clusters.max(initial=NOISE) + 1
    if not count:
        return clusters
    sizes = np.bincount(clusters[clusters != NOISE], minlength=count)
    centroids = [points[clusters == c].mean(axis=0, dtype=float) for c in range(count)]
    # the last key counts first
    order = np.lexsort([*np.transpose(centroids)[::-1], -sizes])
    number = np.full(count + 1, NOISE)  # its last entry is that of -1
    number[order] = np.arange(count)
    return number[clusters]


def _check_memory(points: np.ndarray, eps: float) -> None:
    """Estimate the lists of neighbours, which DBSCAN keeps, from some of them."""
    from sklearn.metrics import pairwise_distances

    chosen = np.linspace(0, len(points) - 1, min(len(points), _PROBED)).astype(int)
    near = (pairwise_distances(points[chosen], points) <= eps).sum(axis=1).mean()
    if near * len(points) * np.dtype(np.intp).itemsize > _MAX_BYTES:
        raise ValueError(
            f"eps={eps} makes every patch a neighbour of {near / len(points):.0%} of "
            f"the {len(points)} sampled: that tells no kinds apart, and the lists of "
            "neighbours would not fit into memory. Lower eps, or max_patches"
        )
