"""Log lines of a validation without the numbers of single classes."""

from mmengine.runner import LogProcessor
from mmseg.registry import LOG_PROCESSORS

from .occurring import over_classes


@LOG_PROCESSORS.register_module()
class ShortLogProcessor(LogProcessor):
    """mmengine's log processor, with means alone in the line of a validation.

    Behind the mIoU stands which classes it is not over, if there are some.
    A dot marks metrics of single classes (``IoU.road``). The scalars, which go to
    JSON, TensorBoard and the like, keep them, and :class:`UDAIoUMetric` prints its
    table just before the line.
    """

    def get_log_after_epoch(self, *args, **kwargs) -> tuple[dict, str]:
        """Return the scalars, all of them, and the line."""
        scalars, line = super().get_log_after_epoch(*args, **kwargs)
        by_class = {name for name in scalars if "." in name}
        items = line.split("  ")  # what mmengine joins them by
        kept = [item for item in items if item.partition(": ")[0] not in by_class]
        over = over_classes(scalars)
        if over:
            kept = [f"{x} ({over})" if x.startswith("mIoU: ") else x for x in kept]
        return scalars, "  ".join(kept)
