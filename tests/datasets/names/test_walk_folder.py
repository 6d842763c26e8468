import os

import pytest

from mmseg_uda.datasets import LabelledFolder, UnlabelledFolder
from mmseg_uda.datasets.folders import list_files
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.datasets.preflight import check_dataset


def touch(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(root, **kwargs):
    return sorted(folder + name for folder, name in files_below(root, **kwargs))


@pytest.mark.parametrize("target", [".", "..", "../..", "../../.."])
def test_files_below__links_upwards_bring_nothing(tmp_path, target):
    root = tmp_path / "target/images"
    touch(*(root / f"a/{i}.png" for i in range(8)), tmp_path / "target/labels/0.png")
    os.symlink(target, root / "a/loop")
    left_out = []
    assert names(root, left_out=left_out) == [f"a/{i}.png" for i in range(8)]
    assert left_out == [f"a/loop -> {target} (a folder above it)"]


def test_files_below__links_to_one_another(tmp_path):
    touch(tmp_path / "a/1.png", tmp_path / "b/2.png")
    os.symlink("../b", tmp_path / "a/to_b")
    os.symlink("../a", tmp_path / "b/to_a")
    os.symlink("y", tmp_path / "x")
    os.symlink("x", tmp_path / "y")
    assert names(tmp_path) == ["a/1.png", "b/2.png", "x", "y"]
    assert list(list_files(tmp_path, (".png",))) == ["a/1", "b/2"]


def test_files_below__the_real_path_goes_before_a_link(tmp_path):
    touch(tmp_path / "z/1.png")
    os.symlink("z", tmp_path / "a")
    left_out = []
    assert names(tmp_path, left_out=left_out) == ["z/1.png"]
    assert left_out == ["a -> z (listed already)"]


def test_files_below__links_to_folders_elsewhere_are_followed_once(tmp_path):
    touch(tmp_path / "elsewhere/1.png", tmp_path / "elsewhere/deep/2.png")
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a", "b"):
        os.symlink(tmp_path / "elsewhere", root / name)
    assert names(root) == ["a/1.png", "a/deep/2.png"]
    os.symlink(root, tmp_path / "link")
    assert names(tmp_path / "link") == ["a/1.png", "a/deep/2.png"]


def test_files_below__hidden_folders_and_those_apart(tmp_path):
    touch(tmp_path / ".ipynb_checkpoints/1.png", tmp_path / "a/1.png")
    touch(tmp_path / "labels/1.png", tmp_path / "a/.2.png")
    assert names(tmp_path, apart=[tmp_path / "labels"]) == ["a/1.png"]


def test_check_dataset__says_what_was_not_followed_and_listed_twice(tmp_path, write):
    write.image(tmp_path / "a/1.png")
    os.symlink("../a", tmp_path / "a/loop")
    os.symlink("1.png", tmp_path / "a/2.png")
    (report,) = check_dataset(UnlabelledFolder(str(tmp_path)))
    assert report.num_images == 2
    twice, loop = report.notices
    assert "1 of 2 images are listed under another name" in twice
    assert f"not followed: {tmp_path}/a/loop -> ../a" in loop


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_check_dataset__refuses_an_image_as_its_own_label(tmp_path, write, link):
    write.image(tmp_path / "images/1.png")
    (tmp_path / "labels").mkdir()
    link(tmp_path / "images/1.png", tmp_path / "labels/1.png")
    with pytest.raises(ValueError, match=r"the label .*1\.png is the image .* itself"):
        check_dataset(LabelledFolder(str(tmp_path)))
