"""Labelled images together with what an image translator made of them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .reading import ImageReader
from .seg_folder import SegFolder

_LAYOUT = """
translated.json  written last, when all images are there
images/
  <path of the original below its image folder>.png
"""


@DATASETS.register_module()
class TranslatedDataset(SegFolder):
    """The images of another data set as an image translator gave them, and its labels.

    Args:
        images: Config of the data set that was translated, e.g.
            ``dict(type='GTA5Dataset', data_root='data/gta5')``. Classes are set there.
        translated_dir: Folder written by ``tools/translate_dataset.py`` or the stage of
            that name. The stage runner fills it in; it must not stay None.
        originals: Whether the originals are samples too, so that there are twice as
            many: all originals first, then all translations. MLAN augments its source
            so; BDL trains on the translations alone (False).
        **kwargs: ``pipeline``, ``indices``, ``test_mode``, ``lazy_init`` and
            ``serialize_data`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If the folder is missing, unfinished (it has no
            ``translated.json``) or lacks the translation of an image.
        ValueError: If ``translated_dir`` is not given.
    """

    def __init__(
        self,
        images: dict,
        translated_dir: str | None,
        originals: bool = True,
        **kwargs: Any,
    ) -> None:
        if translated_dir is None:
            raise ValueError(
                "TranslatedDataset: translated_dir is not set. Train through the "
                "config's stages (tools/train.py fills it in), or set it to a folder "
                "written by tools/translate_dataset.py"
            )
        self.originals = originals
        self.images: SegFolder = DATASETS.build({**images, "pipeline": []})
        self.label_format = self.images.label_format
        meta = self.images.metainfo
        super().__init__(
            str(translated_dir),
            image_dir="images",
            image_suffix=".png",
            label_dir=None,
            layout=_LAYOUT,
            metainfo={"classes": meta["classes"], "palette": meta["palette"]},
            **kwargs,
        )
        self.read_like(self.images)

    def reader_of(self, info: Mapping[str, Any]) -> ImageReader:
        """Return how a sample is read; translations are plain, whatever they are of."""
        if Path(info["img_path"]).is_relative_to(self.image_root):
            # for the labels, which are the originals'
            return ImageReader(orientation=self.image_reader.orientation)
        return self.image_reader

    @property
    def usual_stretch(self) -> float:
        """As of the images' data set."""
        return self.images.usual_stretch

    @property
    def lacks(self) -> Collection[str]:
        """Classes that the originals do not hold."""
        return self.images.lacks

    def advise_on_values(self, values: Sequence[int]) -> str:
        """Return what the data set of the originals says."""
        return self.images.advise_on_values(values)

    def make_lut(self, classes: Sequence[str]) -> np.ndarray | None:
        """Return the table of the originals' labels."""
        return self.images.make_lut(classes)

    def load_data_list(self) -> list[dict]:
        """List the originals, if they are wanted, and the translations."""
        self._check_finished()
        files = self.list_images()
        originals, translations, missing = [], [], []
        for index in range(len(self.images)):
            info = self.images.get_data_info(index)
            for added in (
                "label_lut",
                "label_format",
                "sample_idx",
                "image_reader",
            ):  # this data set adds its own
                info.pop(added, None)
            image = Path(info["img_path"]).relative_to(self.images.image_root)
            file = files.get(image.with_suffix("").as_posix())
            if file is None:
                missing.append(image.as_posix())
                continue
            originals.append(info)
            translations.append({**info, "img_path": str(Path(self.image_root, file))})
        if missing:
            raise FileNotFoundError(
                f"{len(missing)} of {len(self.images)} images have no translation in "
                f"{self.data_root}, the first: {', '.join(missing[:5])}. Translate "
                "these images too"
            )
        return [*originals, *translations] if self.originals else translations

    def _check_finished(self) -> None:
        """Check that the folder was finished.

        Raises:
            FileNotFoundError: If the manifest that is written last is not there.
        """
        manifest = Path(self.data_root) / "translated.json"
        if not manifest.is_file():
            raise FileNotFoundError(
                f"{self.data_root} is no finished folder of translated images: it has "
                "no translated.json, which is written last. Run "
                "tools/translate_dataset.py or the stage again; it continues"
            )
