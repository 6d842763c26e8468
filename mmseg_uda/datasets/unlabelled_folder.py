"""Any folder of images, without labels."""

from collections.abc import Sequence
from typing import Any

from mmseg.registry import DATASETS

from .folders import IMAGE_SUFFIXES
from .seg_folder import SegFolder


@DATASETS.register_module()
class UnlabelledFolder(SegFolder):
    """Images only: a target domain without annotations.

    There is no argument for labels and no label file is ever listed or opened.

    Args:
        data_root: Folder of the data set.
        image_dir: Image folder below it, searched with its sub-folders.
        image_suffix: Ending of the image files, one or several, in any case.
        **kwargs: ``skip_suffix``, ``pipeline``, ``metainfo``, ``indices``,
            ``test_mode``, ``lazy_init`` and ``serialize_data`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If the folder is missing or holds no image.
    """

    SUFFIXES_ARE_OPTIONS = True
    usual_stretch = 1.03  # what rounding to whole pixels, or 1914x1052 to 16:9, makes

    def __init__(
        self,
        data_root: str,
        image_dir: str = "",
        image_suffix: str | Sequence[str] = IMAGE_SUFFIXES,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("layout", f"{image_dir or '.'}/  the images, in any depth")
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=image_suffix,
            label_dir=None,
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the images."""
        return [self.sample(image) for image in self.list_images().values()]
