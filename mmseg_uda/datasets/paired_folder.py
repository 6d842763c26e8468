"""Base of the data sets with an image folder and a label folder."""

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.logging import print_log

from .folders import as_tuple, is_one_folder, pairing_error, some
from .names.pairing_advice import pairing_advice
from .seg_folder import SegFolder


class PairedFolder(SegFolder):
    """Images and labels that pair up by path and name.

    Both may lie in one folder: a file there is what the longest suffix that fits says,
    and a label where image and label suffix are the same.

    Args:
        data_root: Folder of the data set.
        label_dir: Label folder below it, with the sub-folders of the image folder.
        label_suffix: Ending of the label files, one or several, in any case.
        image_prefix: What the names of images begin with and those of their labels do
            not, such as ``"img_"``. Files that begin otherwise are no images.
        label_prefix: The same of the labels, such as ``"mask_"``.
        allow_unpaired: Leave out images without a label and labels without an image
            with a warning, instead of an error.
        **kwargs: Further arguments of :class:`SegFolder`.

    Attributes:
        num_unpaired: Files without a partner, once they are listed.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up.
    """

    def __init__(
        self,
        data_root: str,
        *,
        label_dir: str,
        label_suffix: str | Sequence[str],
        image_prefix: str = "",
        label_prefix: str = "",
        allow_unpaired: bool = False,
        **kwargs: Any,
    ) -> None:
        self.label_suffixes = as_tuple(label_suffix)
        self.image_prefix, self.label_prefix = image_prefix, label_prefix
        self.allow_unpaired = allow_unpaired
        self.num_unpaired = 0
        super().__init__(data_root, label_dir=label_dir, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the images with their labels."""
        images = self.list_images()
        labels = _by_key(self._list_labels(), self.label_prefix)
        pairs = [stem for stem in images if stem in labels]
        no_label = [path for stem, path in images.items() if stem not in labels]
        no_image = [path for stem, path in labels.items() if stem not in images]
        self.num_unpaired = len(no_label) + len(no_image)
        if self.num_unpaired:
            self._tell_unpaired(len(pairs), no_label, no_image)
        return [self.sample(images[stem], labels[stem]) for stem in pairs]

    def list_images(self) -> dict[str, str]:
        """List the images; of a folder that they share with labels, those alone."""
        suffixes, labels = self.image_suffixes, ()
        if self._share_folder():
            labels = [s.lower() for s in self.label_suffixes]
            suffixes = [s for s in suffixes if s.lower() not in labels]
        files = self.list_folder("img_path", suffixes, "image", labels)
        return _by_key(files, self.image_prefix)

    def _list_labels(self) -> dict[str, str]:
        labels = [s.lower() for s in self.label_suffixes]
        others = [s for s in self.image_suffixes if s.lower() not in labels]
        others = others if self._share_folder() else ()
        return self.list_folder("seg_map_path", labels, "label", others)

    def _share_folder(self) -> bool:
        return is_one_folder(self.image_root, self.data_prefix["seg_map_path"])

    def _tell_unpaired(
        self, num_pairs: int, no_label: Sequence[str], no_image: Sequence[str]
    ) -> None:
        """Raise, or with ``allow_unpaired`` warn, that some files have no partner."""
        what = f"{type(self).__name__} in {self.data_root}"
        advice = self.advice(num_pairs, no_label, no_image)
        if self.left_out:
            advice = f"Not followed: {some(self.left_out)}.\n{advice}".strip()
        may_be = self.allow_unpaired and num_pairs
        if may_be:
            advice = advice or "Complete the folders if these are to count."
        error = pairing_error(what, no_label, no_image, num_pairs, advice)
        if not may_be:
            raise error
        print_log(f"left out: {error}", logger="current", level=logging.WARNING)

    def advice(self, *found: Any) -> str:
        """Return which suffixes would pair up the files, if they can be set."""
        if not self.SUFFIXES_ARE_OPTIONS:
            return ""
        roots = (self.image_root, self.data_prefix["seg_map_path"])
        advice = pairing_advice(*roots, *found, label_suffixes=self.label_suffixes)
        endings = [suffix.lower() for suffix in self.image_suffixes]
        both = [s for s in self.label_suffixes if s.lower() in endings]
        if self._share_folder() and both:
            advice = (
                "Images and labels lie in one folder, where a file that ends in "
                f"{' or '.join(both)} is a label, never its own image. {advice}"
            )
        return advice.strip()


def _by_key(files: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return files by what images and labels have in common, those with the prefix.

    Args:
        files: Paths by name below their folder, without the suffix.
        prefix: Beginning of the names themselves.
    """
    found = {}
    for path, file in files.items():
        folder, slash, name = path.rpartition("/")
        if name.startswith(prefix):
            # archives made on a Mac have their accents as letters of their own
            key = unicodedata.normalize("NFC", folder + slash + name[len(prefix) :])
            found[key] = file
    return found
