"""Whether what moved a label has moved all that belongs to it."""

import numpy as np

#: Key of a second copy of the label, which is moved as the other ``seg_fields`` are.
FOLLOWED = "gt_seg_map_followed"


def follow_label(results: dict) -> None:
    """Put a copy of ``gt_seg_map`` among the ``seg_fields`` of a sample, once."""
    if FOLLOWED not in results:
        results[FOLLOWED] = results["gt_seg_map"].copy()
        results["seg_fields"].append(FOLLOWED)


def check_followed(results: dict, loaded_by: str) -> None:
    """Refuse a sample whose label was moved without the other ``seg_fields``.

    Some transforms of mmcv know ``gt_seg_map`` alone. What was loaded with it would be
    that of other pixels, which after a resize not even the size shows.

    Args:
        results: The sample as it is packed.
        loaded_by: Transform that loaded what belongs to the label, for the message.

    Raises:
        ValueError: If label and copy are not alike, or there is none, as that transform
            is missing.
    """
    if FOLLOWED not in results:
        raise ValueError(f"there is no {loaded_by}: put it right behind LoadLabels")
    if not np.array_equal(results[FOLLOWED], results["gt_seg_map"]):
        raise ValueError(
            f"a transform behind {loaded_by} has changed the label alone, and not what "
            "was loaded with it (mmcv's Pad and CenterCrop do so). Move images with "
            "transforms that follow results['seg_fields'], such as mmseg's Resize, "
            "RandomCrop, RandomFlip and RandomRotate, and change labels in front of "
            f"{loaded_by}"
        )
