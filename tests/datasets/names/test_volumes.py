"""Volumes of medical images are refused, with what to do."""

import gzip

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import LabelledFolder, UnlabelledFolder
from mmseg_uda.datasets.names.volumes import volume_advice
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.planning.find_images import find_images
from mmseg_uda.planning.find_labels import find_labels

REMEDY = r"NIfTI, a.nii.gz\): a volume is many images.*'Volumes'"


@pytest.fixture
def root(tmp_path):
    for name in ("images", "labels", "photos"):
        (tmp_path / name).mkdir()
    for name in ("images", "labels"):
        (tmp_path / name / "a.nii.gz").write_bytes(gzip.compress(b"\x5c\x01\0\0" * 99))
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photos/a.png")
    return tmp_path


def test_volumes__init_says_what_to_do(root):
    for images, labels in (("images", "labels"), ("photos", "labels")):
        with pytest.raises(FileNotFoundError, match=REMEDY):
            find_labels(root / images, root / labels)
    with pytest.raises(FileNotFoundError, match=REMEDY):
        find_images(root / "images")


def test_volumes__data_sets_say_what_to_do(root):
    with pytest.raises(FileNotFoundError, match=REMEDY):
        UnlabelledFolder(str(root), image_dir="images")
    with pytest.raises(FileNotFoundError, match=REMEDY):
        LabelledFolder(str(root), image_dir="photos")


def test_volumes__named_as_labels(root):
    config = dict(
        type="LabelledFolder",
        data_root=str(root),
        image_dir="photos",
        label_suffix=".nii.gz",
        metainfo=dict(classes=("a", "b")),
    )
    with pytest.raises(ValueError, match=REMEDY):
        check_dataset(config)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.png", "b.DCM"], "a volume (DICOM, b.DCM)"),
        (["a.nii", "b.nii"], "2 volumes (NIfTI, a.nii)"),
        (["a.nrrd"], "a volume (NRRD, a.nrrd)"),
    ],
)
def test_advice__names_what_there_is(names, said):
    assert volume_advice(names).startswith(said)


def test_advice__of_other_files_there_is_none():
    assert volume_advice(["a.png", "a.gz"]) == ""
