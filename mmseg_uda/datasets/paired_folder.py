"""Base of the data sets with an image folder and a label folder."""

import logging
from typing import Any

from mmengine.logging import print_log

from .folders import pairing_error
from .seg_folder import SegFolder


class PairedFolder(SegFolder):
    """Images and labels that pair up by path and name.

    Args:
        data_root: Folder of the data set.
        label_dir: Label folder below it, with the sub-folders of the image folder.
        label_suffix: Ending of the label files, in any case.
        allow_unpaired: Leave out images without a label and labels without an image
            with a warning, instead of an error.
        **kwargs: Further arguments of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up.
    """

    def __init__(
        self,
        data_root: str,
        *,
        label_dir: str,
        label_suffix: str,
        allow_unpaired: bool = False,
        **kwargs: Any,
    ) -> None:
        self.label_suffix = label_suffix
        self.allow_unpaired = allow_unpaired
        super().__init__(data_root, label_dir=label_dir, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the images with their labels."""
        images = self.list_images()
        labels = self.list_folder("seg_map_path", (self.label_suffix,), "label")
        pairs = [stem for stem in images if stem in labels]
        no_label = [path for stem, path in images.items() if stem not in labels]
        no_image = [path for stem, path in labels.items() if stem not in images]
        if no_label or no_image:
            what = f"{type(self).__name__} in {self.data_root}"
            error = pairing_error(what, no_label, no_image, len(pairs))
            if not (self.allow_unpaired and pairs):
                raise error
            print_log(f"left out: {error}", logger="current", level=logging.WARNING)
        return [self.sample(images[stem], labels[stem]) for stem in pairs]
