"""Any folder of images with a folder of labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from mmseg_uda.registry import LABEL_FORMATS

from .checks.label_advice import advise_map
from .folders import IMAGE_SUFFIXES, as_tuple
from .label_maps import custom_lut, identity_lut
from .metainfo import complete_metainfo
from .paired_folder import PairedFolder


@DATASETS.register_module()
class LabelledFolder(PairedFolder):
    """Your own images and labels: the same names in two folders.

    Labels are palette or one-channel images of ids, or what ``label_format`` says; see
    :class:`LoadLabels`. Name your classes with
    ``metainfo=dict(classes=[...], palette=[...])``.

    Args:
        data_root: Folder of the data set.
        image_dir: Image folder below it, searched with its sub-folders.
        label_dir: Label folder below it, with the same sub-folders; it may be the
            image folder.
        image_suffix: Ending of the image files, one or several, in any case; any end
            of the names, such as ``"_training.tif"``.
        label_suffix: Ending of the label files likewise, such as ``"_manual1.gif"``.
            None: that of the format, for images ``".png"``.
        label_map: Raw id -> class index (255 = ignore), e.g. ``{0: 0, 255: 1}`` for
            a binary mask. None: the ids are class indices. A map takes their place:
            a value that is not in it is an error; 255 means ignore unless the map says
            otherwise.
        label_format: Config of a :class:`.BaseLabelFormat`, such as
            ``dict(type="ColorLabels")``, or its name alone; None for ids.
        **kwargs: ``image_prefix``, ``label_prefix`` and ``allow_unpaired`` of
            :class:`PairedFolder`; ``skip_suffix``,
            ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ``lazy_init`` and
            ``serialize_data`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up, or ``label_map`` or
            ``label_format`` is wrong.
    """

    SUFFIXES_ARE_OPTIONS = True
    usual_stretch = 1.03  # what rounding to whole pixels, or 1914x1052 to 16:9, makes

    def __init__(
        self,
        data_root: str,
        image_dir: str = "images",
        label_dir: str = "labels",
        image_suffix: str | Sequence[str] = IMAGE_SUFFIXES,
        label_suffix: str | Sequence[str] | None = None,
        label_map: Mapping[int, int] | None = None,
        label_format: Mapping[str, Any] | str | None = None,
        **kwargs: Any,
    ) -> None:
        self.raw_label_map = label_map
        if label_format is not None:
            named = isinstance(label_format, str)
            given = {"type": label_format} if named else dict(label_format)
            self.label_format = LABEL_FORMATS.build(given)
        if label_map is not None and not self.label_format.has_numbers:
            kind = type(self.label_format).__name__
            raise ValueError(
                f"{type(self).__name__}: label_map is of ids, but {kind} names the "
                "classes itself: drop label_map"
            )
        # mmseg invents the colours that it is not given
        self._own_palette = complete_metainfo(kwargs.get("metainfo"))["palette"]
        label_suffix = label_suffix or self.label_format.suffixes
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=image_suffix,
            label_dir=label_dir,
            label_suffix=label_suffix,
            layout=(
                f"{image_dir}/  the images, in any depth\n"
                f"{label_dir}/  <the same path and name>"
                f"{' or '.join(as_tuple(label_suffix))}"
            ),
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table of ``label_map``, or of the format."""
        self.label_format.bind(Path(self.data_root), classes, self._own_palette)
        num, unlisted = len(classes), self.label_format.unlisted
        if not self.label_format.has_numbers:
            lut = self.label_format.lut(num)
        elif self.raw_label_map is not None:
            lut = custom_lut(self.raw_label_map, num, unlisted)
        elif unlisted is not None:
            lut = custom_lut({index: index for index in range(num)}, num, unlisted)
        else:
            lut = identity_lut(num)
        self.label_format.check_lut(lut)
        return lut

    def advise_on_values(self, values: Sequence[int]) -> str:
        """Return which ``label_map`` the raw values of the labels ask for."""
        if not self.label_format.has_numbers or self.label_format.unlisted is not None:
            return ""
        return advise_map(values, self.metainfo["classes"], self.raw_label_map)
