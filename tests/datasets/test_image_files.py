import pytest
from PIL import Image
from pseudo_label_toys import PIPELINE, write_images

from mmseg_uda.pseudo_labels import ImageFiles


def test_image_files__names_are_relative_and_sorted(tmp_path):
    files = ImageFiles.from_folder(write_images(tmp_path, 3), PIPELINE)
    assert files.names == ["city0/img000.png", "city0/img002.png", "city1/img001.png"]
    assert not files.tta
    results = files[0]
    assert results["inputs"].shape == (3, 12, 16)
    assert "gt_sem_seg" not in results["data_samples"]


@pytest.mark.parametrize("path", ["../out.png", "a/../../out.png", "/etc/img.png"])
def test_image_files__refuses_images_outside_of_the_root(tmp_path, path):
    with pytest.raises(ValueError, match="not below the image root"):
        ImageFiles([tmp_path / path], tmp_path, PIPELINE)


def test_image_files__two_images_for_one_written_file(tmp_path):
    files = ImageFiles([tmp_path / "a.jpg", tmp_path / "a.png"], tmp_path, PIPELINE)
    with pytest.raises(ValueError, match=r"a\.jpg and a\.png .* the same output file"):
        files.check_one_file_each()
    ImageFiles([tmp_path / "a.jpg"], tmp_path, PIPELINE).check_one_file_each()


def test_image_files__missing_and_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        ImageFiles.from_folder(tmp_path / "no", PIPELINE)
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(FileNotFoundError, match="holds no image"):
        ImageFiles.from_folder(tmp_path, PIPELINE)
    with pytest.raises(ValueError, match="there is no image below"):
        ImageFiles([], tmp_path, PIPELINE)


def test_image_files__links_are_followed_once(tmp_path):
    folder = write_images(tmp_path / "images", 3)
    (tmp_path / "links").mkdir()
    (tmp_path / "links/all").symlink_to(folder)
    (folder / "loop").symlink_to(tmp_path / "images")
    files = ImageFiles.from_folder(tmp_path / "links", PIPELINE)
    assert len(files) == 3
    assert all(name.startswith("all/city") for name in files.names)


def test_image_files__unreadable_image_is_named(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    Image.new("RGB", (4, 4)).save(tmp_path / "good.png")
    files = ImageFiles.from_folder(tmp_path, PIPELINE)
    with pytest.raises(ValueError, match=r"cannot load image .*bad\.png"):
        files[0]
    assert files[1]["inputs"].shape == (3, 4, 4)
