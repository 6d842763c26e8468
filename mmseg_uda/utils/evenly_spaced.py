"""Some of many, spread over all of them."""

import numpy as np


def evenly_spaced(length: int, wanted: int) -> list[int]:
    """Choose indices of a sequence, evenly spaced, the first and the last among them.

    Args:
        length: Length of the sequence.
        wanted: How many; all of them where the sequence is shorter.

    Returns:
        The indices in rising order.
    """
    chosen = np.linspace(0, length - 1, min(wanted, length))
    return chosen.round().astype(int).tolist()
