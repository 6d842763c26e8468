"""Labels of mmseg's own data sets, as their pipelines load them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmcv.transforms import LoadAnnotations

from ..label_maps import identity_lut
from .label_advice import advise_map
from .label_values import LabelValues, count_ids


class StockLabels:
    """What the checks of labels ask of a data set, for one of mmseg's.

    Its values are those behind ``reduce_zero_label`` and mmseg's own ``label_map``.

    Args:
        dataset: A data set that may have labels, but no table of :mod:`.label_maps`.
    """

    SUFFIXES_ARE_OPTIONS = True
    lacks = ()

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.metainfo = dataset.metainfo
        self.label_lut = identity_lut(len(self.metainfo["classes"]))

    def __len__(self) -> int:
        return len(self.dataset)

    def advise_on_values(self, values: Sequence[int]) -> str:
        """Return what to do about values that are not what is expected."""
        advice = advise_map(values, self.metainfo["classes"])
        return advice and f"{advice} of a LabelledFolder, which reads such labels"

    def values(self, samples: Sequence[Mapping[str, Any]]) -> LabelValues:
        """Return the values of the labels of samples.

        None without a ``LoadAnnotations`` in the pipeline, or where it fails: then the
        pipeline fails too, and is told.
        """
        transforms = self.dataset.pipeline.transforms
        load = next((t for t in transforms if isinstance(t, LoadAnnotations)), None)
        labelled = [s for s in samples if "seg_map_path" in s]
        try:
            ids = [(s["seg_map_path"], _load(load, s)) for s in labelled if load]
        except Exception:  # whatever a transform may raise
            return LabelValues([])
        return LabelValues((file, count_ids(found)) for file, found in ids)


def _load(transform: LoadAnnotations, sample: Mapping[str, Any]) -> np.ndarray:
    ids = transform({**sample, "seg_fields": []})["gt_seg_map"]
    if ids.ndim != 2:
        raise ValueError("colours")
    return ids.astype(np.uint8)
