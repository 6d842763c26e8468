"""Images with the pseudo-labels that a trained network gave them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .folders import list_files
from .label_maps import identity_lut
from .pseudo_label_report import few_classes
from .seg_folder import SegFolder

_LAYOUT = """
pseudo_labels.json  written last, when all labels are there
labels/
  <path of the image below its image folder>.png
soft/               with soft=True
  <path of the image below its image folder>.npz
"""


@DATASETS.register_module()
class PseudoLabelledDataset(SegFolder):
    """The images of another data set, with pseudo-labels from a folder.

    Pseudo-labels are class indices of the images' data set already (255 = dropped)
    and are not mapped a second time, class subset or not. Labels that the images'
    data set may have are not looked at.

    Args:
        images: Config of the data set the labels were predicted on, e.g.
            ``dict(type='CityscapesImages', data_root='data/cityscapes')``. Classes
            are set there.
        pseudo_label_dir: Folder written by ``tools/generate_pseudo_labels.py`` or the
            stage of that name. The stage runner fills it in; it must not stay None.
        soft: Hand on the soft labels too, for :class:`LoadSoftLabels`; the labels must
            have been chosen by a rule that gives them, such as ``SoftClassBalanced``.
        allow_empty: Accept labels that keep no pixel, or one class; ``--toy`` sets it.
        **kwargs: ``pipeline``, ``indices``, ``test_mode``, ``lazy_init`` and
            ``serialize_data`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If the folder is missing, unfinished (it has no
            ``pseudo_labels.json``) or lacks the label, or soft label, of an image.
        ValueError: If ``pseudo_label_dir`` is not given, the labels are of other
            classes, or no pixel has one, or all have the same.
    """

    def __init__(
        self,
        images: dict,
        pseudo_label_dir: str | None,
        soft: bool = False,
        allow_empty: bool = False,
        **kwargs: Any,
    ) -> None:
        if pseudo_label_dir is None:
            raise ValueError(
                "PseudoLabelledDataset: pseudo_label_dir is not set. Train through the "
                "config's stages (tools/train.py fills it in), or set it to a folder "
                "written by tools/generate_pseudo_labels.py"
            )
        self.soft = soft
        self.allow_empty = allow_empty
        self.images: SegFolder = DATASETS.build({**images, "pipeline": []})
        meta = self.images.metainfo
        super().__init__(
            str(pseudo_label_dir),
            image_dir=str(Path(self.images.image_root).absolute()),
            image_suffix=self.images.image_suffixes,
            label_dir="labels",
            layout=_LAYOUT,
            metainfo={"classes": meta["classes"], "palette": meta["palette"]},
            **kwargs,
        )
        self.read_like(self.images)

    @property
    def usual_stretch(self) -> float:
        """As of the images' data set."""
        return self.images.usual_stretch

    @property
    def lacks(self) -> tuple[str, ...]:
        """Any class may be dropped; the report of the labels says which are."""
        return tuple(self.metainfo["classes"])

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table that leaves class indices and 255 as they are."""
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """Pair the images with their pseudo-labels."""
        self._check_finished()
        labels = set(self.list_folder("seg_map_path", (".png",), "pseudo-label"))
        if self.soft:
            labels &= self._soft_labels()
        samples, missing = [], []
        for index in range(len(self.images)):
            image = Path(self.images.get_data_info(index)["img_path"])
            relative = image.relative_to(self.images.image_root)
            label = relative.with_suffix(".png").as_posix()
            if label.removesuffix(".png") in labels:
                samples.append(self._sample(relative, label))
            else:
                missing.append(label)
        if missing:
            raise FileNotFoundError(
                f"{len(missing)} of {len(self.images)} images have no "
                f"{'soft ' if self.soft else ''}pseudo-label in {self.data_root}, the "
                "first: "
                f"{', '.join(missing[:5])}. Generate them for these images"
            )
        return samples

    def _sample(self, image: Path, label: str) -> dict:
        """Describe a sample; paths are relative to their folders."""
        info = {**self.sample(str(image), label), "drawn_as_read": True}
        if self.soft:
            path = Path(self.data_root, "soft", label).with_suffix(".npz")
            info["soft_label_path"] = str(path)
        return info

    def _soft_labels(self) -> set[str]:
        """List the soft labels, as paths without suffix.

        Raises:
            FileNotFoundError: If the folder has none.
        """
        root = Path(self.data_root, "soft")
        if not root.is_dir():
            raise FileNotFoundError(
                f"{self.data_root} holds no soft labels: choose them by a rule that "
                "gives some, rule=dict(type='SoftClassBalanced'), or train on hard "
                "labels (soft=False, LoadLabels alone, Supervised)"
            )
        return set(list_files(root, (".npz",)))

    def _check_finished(self) -> None:
        """Check that the folder was finished, for the classes of the images.

        Raises:
            FileNotFoundError: If the summary that is written last is not there.
            ValueError: If it names other classes, or says that every pixel is dropped
                or that fewer than two classes are left.
        """
        summary = Path(self.data_root) / "pseudo_labels.json"
        if not summary.is_file():
            raise FileNotFoundError(
                f"{self.data_root} is no finished folder of pseudo-labels: it has no "
                "pseudo_labels.json, which is written last. Run "
                "tools/generate_pseudo_labels.py or the stage again; it continues"
            )
        report = json.loads(summary.read_text())
        if report.get("kept_share") == 0 and not self.allow_empty:
            raise ValueError(
                f"the pseudo-labels in {self.data_root} keep no pixel, so there is "
                f"nothing to learn from: the rule was {report.get('rule')}. Make them "
                "again with a rule that drops less"
            )
        too_few = few_classes(report)
        if too_few and not self.allow_empty:
            raise ValueError(
                f"the pseudo-labels in {self.data_root} are of no use: {too_few}. Make "
                "them again with weights that predict more classes, or with a rule "
                "that drops less"
            )
        classes = list(report.get("classes") or ())
        own = list(self.metainfo["classes"])
        named = not all(name.isdigit() for name in classes)
        if classes and (len(classes) != len(own) or (named and classes != own)):
            raise ValueError(
                f"the pseudo-labels in {self.data_root} are of {len(classes)} classes "
                f"({', '.join(classes)}), the images' data set has {len(own)} "
                f"({', '.join(own)}): set metainfo=dict(classes=...) of the images"
            )
