"""Predictions as the test server of a data set takes them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from mmseg.registry import DATASETS

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.datasets.named import TABLE
from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.suggestions import check_choice

from .prediction_writer import SUBMISSION


class Submission:
    """The test images of a data set, and the files that its server wants of them.

    That is one PNG an image, called as the image is, all in one folder. No zip is made.

    Args:
        of: Name of a data set in :data:`.TABLE`, or with a part, ``"loveda/rural"``.

    Raises:
        ValueError: If there is none of that name, or it has no server that takes
            such files.
    """

    def __init__(self, of: str) -> None:
        name, _, part = of.partition("/")
        served = [key for key, entry in TABLE.items() if entry.server]
        check_choice("data set with a test server, --submission,", name, served)
        self.name, self.part, self.entry = name, part or None, TABLE[name]
        self.entry.chosen_parts(self.part)

    def images(
        self, root: str | Path, pipeline: list, reader: ImageReader
    ) -> ImageFiles:
        """List the images of the test split.

        Args:
            root: Folder of the unpacked download.
            pipeline: Transforms for a test, without labels.
            reader: How images are read.

        Raises:
            FileNotFoundError: If they are not there.
            ValueError: If two have the same name.
        """
        dataset = DATASETS.build(
            dict(
                type="NamedImages",
                name=self.name,
                data_root=str(root),
                split="test",
                part=self.part,
            )
        )
        paths = [dataset.get_data_info(i)["img_path"] for i in range(len(dataset))]
        files = ImageFiles(paths, dataset.image_root, pipeline, reader)
        seen: dict[str, str] = {}
        for name in files.names:
            twin = seen.setdefault(_file_name(name), name)
            if twin != name:
                raise ValueError(
                    f"--submission {self.name}: {twin} and {name} below {files.root} "
                    "have the same name, and all files of a submission lie in one "
                    "folder; give the download as it is"
                )
        return files

    def values(self, classes: Sequence[str]) -> np.ndarray:
        """Return the server's value of each class of a network, (K,) uint8.

        Raises:
            ValueError: If a class is not one of the data set's.
        """
        return self.entry.server_values(classes)

    def write(
        self, out_dir: str | Path, names: Sequence[str], classes: Sequence[str]
    ) -> Path:
        """Write the files from the masks that are in a folder of predictions.

        Args:
            out_dir: See :class:`PredictionWriter`. What an earlier call has written in
                ``submission`` there is removed.
            names: Names of the images, relative to their root.
            classes: Class names by id of the masks.

        Returns:
            The folder ``submission``.
        """
        values = self.values(classes)
        folder = Path(out_dir, SUBMISSION)
        shutil.rmtree(folder, ignore_errors=True)
        for name in names:
            mask = Path(out_dir, "labels", PurePosixPath(name).with_suffix(".png"))
            ids = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)
            _, content = cv2.imencode(".png", values[ids])
            write_atomic(folder / _file_name(name), content.tobytes())
        return folder


def _file_name(name: str) -> str:
    return PurePosixPath(name).with_suffix(".png").name
