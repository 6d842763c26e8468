"""Loading of labels through the data set's look-up table."""

from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from ..label_files import map_label_ids, size_error
from ..label_formats import format_of


@TRANSFORMS.register_module()
class LoadLabels(BaseTransform):
    """Load a label file of any of the data sets as class indices.

    Takes the place of mmseg's ``LoadAnnotations``, which reads SYNTHIA's labels as
    zeros. The table (raw id -> class index, class subset included) comes with the
    sample, from its data set. Without labels, as in an images-only data set or in
    ``MMSegInferencer``, the sample passes through unchanged.

    Required keys: ``seg_map_path`` and ``label_lut`` (both absent: pass through);
    ``ori_shape``, ``img_path``; ``image_reader``, whose ``orientation`` holds for
    labels too (absent: ``'shown'``); ``label_format`` (absent: ids). Added keys:
    ``gt_seg_map`` (H, W) uint8, 255 = ignore, at the file's own size; ``seg_fields``.

    Raises:
        ValueError: If the file is unreadable, holds a value outside of the table, or
            its size is not the image's original size.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map`` to ``results``."""
        path = results.get("seg_map_path")
        if path is None:
            return results
        if "label_lut" not in results:
            raise ValueError(
                f"LoadLabels got {path} without a look-up table: it works with the "
                "data sets of mmseg_uda; with one of mmseg's use LoadAnnotations"
            )
        ids = format_of(results).read_sample(results)
        labels = map_label_ids(ids, results["label_lut"], path)
        image_shape = tuple(results.get("ori_shape", labels.shape)[:2])
        if labels.shape != image_shape:
            sizes = labels.shape[::-1], results["img_path"], image_shape[::-1]
            raise ValueError(size_error(path, *sizes))
        results["gt_seg_map"] = labels
        results.setdefault("seg_fields", []).append("gt_seg_map")
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
