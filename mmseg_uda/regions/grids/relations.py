"""Which classes meet in the patches of a kind."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

_SHOWN = 3


def describe_kinds(
    pictures: np.ndarray, kinds: np.ndarray, classes: Sequence[str], num_kinds: int
) -> list[dict[str, Any]]:
    """Say which classes the patches of each kind show.

    Args:
        pictures: (P, h, w) uint8, class indices, 255 = ignore.
        kinds: (P,) kind of each, 0..N-1 or 255 = none.
        classes: Names of the K classes.
        num_kinds: N.

    Returns:
        For each kind that has patches: ``classes``, the mean shares of the three
        largest, and ``pair``, the two classes that most often are the largest two of a
        patch, with ``pair_share``, how often; all in [0, 1].
    """
    shares = _shares(pictures, len(classes))
    largest = np.sort(np.argsort(-shares, axis=1, kind="stable")[:, :2], axis=1)
    described = []
    for kind in range(num_kinds):
        of_kind = kinds == kind
        if not of_kind.any():
            break  # kinds are sorted by size
        pair, count = Counter(map(tuple, largest[of_kind].tolist())).most_common(1)[0]
        mean = shares[of_kind].mean(axis=0)
        top = [c for c in np.argsort(-mean, kind="stable")[:_SHOWN] if mean[c] > 0]
        described.append(
            {
                "classes": {classes[c]: round(float(mean[c]), 4) for c in top},
                "pair": [classes[c] for c in pair],
                "pair_share": round(count / int(of_kind.sum()), 4),
            }
        )
    return described


def _shares(pictures: np.ndarray, num_classes: int) -> np.ndarray:
    flat = pictures.reshape(len(pictures), -1)
    counts = [(flat == c).sum(axis=1) for c in range(num_classes)]
    return np.stack(counts, axis=1) / flat.shape[1]
