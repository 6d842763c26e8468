"""Image files without labels, as they are predicted one by one or in batches."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from mmcv.transforms import Compose, TestTimeAug
from mmengine.registry import DefaultScope
from torch.utils.data import Dataset

from mmseg_uda.datasets.folders import IMAGE_SUFFIXES
from mmseg_uda.datasets.names.strangers import check_photographs
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.datasets.transforms.read_image import read_by_data_set


class ImageFiles(Dataset):
    """Image files without labels, each with a name relative to one root.

    Args:
        paths: Image files, all below ``root``.
        root: Folder that names are relative to.
        pipeline: Transforms from ``img_path`` to packed inputs, as in a config. A
            ``TestTimeAug`` in it makes this a data set with test-time augmentation.
        reader: How the images are read; without options by default.

    Raises:
        ValueError: If there is no image, or one lies outside ``root``.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        root: str | Path,
        pipeline: list,
        reader: ImageReader | None = None,
    ) -> None:
        if not paths:
            raise ValueError(f"there is no image below {root}")
        self.root = Path(root)
        self.paths = [str(path) for path in paths]
        self.names = [relative_name(path, root) for path in paths]
        self.reader = reader or ImageReader()
        # options of the reader decide what the network sees, too
        options = [] if self.reader.is_plain else [repr(self.reader)]
        self.pipeline_sha256 = text_sha256([*pipeline, *options])
        self.pipeline = compose(pipeline)
        self.tta = any(isinstance(t, TestTimeAug) for t in self.pipeline.transforms)

    @classmethod
    def from_folder(
        cls,
        root: str | Path,
        pipeline: list,
        reader: ImageReader | None = None,
        suffix: str | None = None,
        argument: str = "--images",
    ) -> "ImageFiles":
        """Take every image file below a folder, sorted by path.

        Args:
            root: The folder; links below it are followed, each folder once.
            pipeline: As for the class.
            reader: As for the class.
            suffix: Ending of the image files, in any case; None: that of any image.
            argument: What names the folder on the command line, for messages.

        Raises:
            FileNotFoundError: If the folder does not exist or holds no image.
            ValueError: If it holds label maps, too.
        """
        root = Path(root)
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "does not exist"
            raise FileNotFoundError(
                f"{argument}: the image folder '{root}' {what} (looked in "
                f"{Path.cwd()}); give a folder that holds the images, at any depth"
            )
        endings = IMAGE_SUFFIXES if suffix is None else (suffix.lower(),)
        paths = sorted(
            root / folder / name
            for folder, name in files_below(root)
            if name.lower().endswith(endings)
        )
        if not paths:
            raise FileNotFoundError(
                f"image folder {root} holds no image: expected files that end in "
                f"{', '.join(endings)}, at any depth"
            )
        ways = ("Take --image-suffix {}", "", f"Take {argument} {root}/{{}}")
        check_photographs(paths, root, lambda found: found.advice(*ways))
        return cls(paths, root, pipeline, reader)

    def check_one_file_each(self) -> None:
        """Check that files named after the images, but for the suffix, are as many.

        Raises:
            ValueError: If two images differ only in their suffix.
        """
        seen: dict[str, str] = {}
        for name in self.names:
            stem = str(PurePosixPath(name).with_suffix(""))
            if stem in seen:
                raise ValueError(
                    f"{seen[stem]} and {name} below {self.root} would have the same "
                    "output file: rename one of them, or take images of one ending "
                    f"alone (--image-suffix {PurePosixPath(name).suffix})"
                )
            seen[stem] = name

    def loaded_by(self, pipeline: list) -> "ImageFiles":
        """Return the same images, loaded by other transforms."""
        return ImageFiles(self.paths, self.root, pipeline, self.reader)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> dict:
        return load_image(self.paths[index], self.pipeline, self.reader)


def compose(pipeline: list) -> Compose:
    """Build a pipeline that reads images as the data sets do."""
    # mmcv looks a name up in mmseg only if that is the default scope.
    with DefaultScope.overwrite_default_scope("mmseg"):
        composed = Compose(pipeline)
    composed.transforms = read_by_data_set(composed.transforms)
    return composed


def load_image(path: str, pipeline: Compose, reader: ImageReader) -> dict:
    """Return an image without labels as a pipeline of :func:`compose` packs it.

    Raises:
        ValueError: If that is not possible.
    """
    # What mmseg's own data sets put in besides; its transforms read them.
    results = dict(
        img_path=path,
        image_reader=reader,
        seg_fields=[],
        reduce_zero_label=False,
        label_map=None,
    )
    try:
        return pipeline(results)
    except Exception as error:
        raise ValueError(f"cannot load image {path}: {error}") from error


def relative_name(path: str | Path, root: str | Path) -> str:
    """Return a path relative to a root, with forward slashes.

    Links are not followed: a linked image has the name of the link.

    Raises:
        ValueError: If the path is not below the root.
    """
    path, root = (Path(os.path.abspath(given)) for given in (path, root))
    if not path.is_relative_to(root) or path == root:
        raise ValueError(
            f"image {path} is not below the image root {root}; its label would be "
            "written outside of the output folder"
        )
    return path.relative_to(root).as_posix()


def text_sha256(value: object) -> str:
    """Return the sha256 of a config value, by its JSON text."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
