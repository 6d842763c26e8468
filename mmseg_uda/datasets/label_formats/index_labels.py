"""Labels whose numbers are ids."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mmseg_uda.registry import LABEL_FORMATS

from ..label_files import read_label_ids
from .base_label_format import BaseLabelFormat


@LABEL_FORMATS.register_module()
class IndexLabels(BaseLabelFormat):
    """Palette or one-channel images of ids, of any number of bits: the default.

    What an id means says the data set's ``label_map``, or its kind.
    """

    has_numbers = True

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return the ids as they are stored, see :func:`read_label_ids`."""
        return read_label_ids(path, orientation)
