"""Which images are drawn, what their pictures are called, and what colours mean."""

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from mmseg_uda.visualization.class_colors import class_colors, ground_of
from mmseg_uda.visualization.ground_truth import FolderTruth
from mmseg_uda.visualization.images import find_images, read_image
from mmseg_uda.visualization.picture_files import is_drawn, write_picture


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_find_images__folders_at_any_depth_and_files(tmp_path):
    touch(tmp_path, "a/x/1.png", "a/0.JPG", "a/readme.txt", "b/2.jpeg")
    given = [tmp_path / "a", tmp_path / "b/2.jpeg", tmp_path / "a/0.JPG"]
    found = find_images(given)
    assert list(found) == ["0", "x/1", "2"]
    assert found["x/1"] == tmp_path / "a/x/1.png"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (("a", "b"), ["a/1", "b/1"]),
        (("a/1.png", "b/1.png"), ["a/1", "b/1"]),
        (("c",), ["1.jpg", "1.png"]),
        (("b/../a/1.png", "b/1.png"), ["a/1", "b/1"]),
    ],
)
def test_find_images__names_that_would_collide(tmp_path, given, names):
    touch(tmp_path, "a/1.png", "b/1.png", "c/1.png", "c/1.jpg")
    assert list(find_images([tmp_path / name for name in given])) == names


def test_find_images__nothing_to_draw(tmp_path):
    touch(tmp_path, "a/readme.txt")
    with pytest.raises(FileNotFoundError, match="a holds no image: expected files"):
        find_images([tmp_path / "a"])
    with pytest.raises(FileNotFoundError, match=r"b\.png does not exist"):
        find_images([tmp_path / "b.png"])
    with pytest.raises(ValueError, match=r"readme\.txt is no image"):
        find_images([tmp_path / "a/readme.txt"])


def test_read_image__damaged(tmp_path):
    touch(tmp_path, "x.png")
    with pytest.raises(ValueError, match=r"x\.png is not an image, it is empty"):
        read_image(tmp_path / "x.png")
    with pytest.raises(ValueError, match=r"cannot load image .*y\.png"):
        read_image(tmp_path / "y.png")


def test_is_drawn__same_origin_other_origin_and_foreign_files(tmp_path):
    path = tmp_path / "a/x.png"
    assert not is_drawn(path, "one")
    write_picture(path, np.zeros((2, 3, 3), np.uint8), "one")
    assert is_drawn(path, "one")
    assert not is_drawn(path, "one", overwrite=True)
    assert not is_drawn(path, "two", overwrite=True)
    with pytest.raises(FileExistsError, match="another checkpoint, image or other"):
        is_drawn(path, "two")
    Image.new("RGB", (3, 2)).save(path)
    for overwrite in (False, True):
        with pytest.raises(FileExistsError, match="not drawn by this tool"):
            is_drawn(path, "one", overwrite)
    assert [file.name for file in path.parent.iterdir()] == ["x.png"]


def dataset(**metainfo):
    entry = dict(type="CityscapesLabelled", data_root="none", metainfo=metainfo)
    return Config(dict(val_dataloader=dict(dataset=entry)))


def test_class_colors__known_classes_keep_their_colours():
    assert class_colors(dataset(classes=("car", "road")), 2) == (
        ["car", "road"],
        [[0, 0, 142], [128, 64, 128]],
    )
    own = dataset(classes=("a", "b"), palette=[[1, 2, 3], [4, 5, 6]])
    assert class_colors(own, 2)[1] == [[1, 2, 3], [4, 5, 6]]
    invented = class_colors(dataset(classes=[f"c{i}" for i in range(25)]), 25)[1]
    assert len({tuple(color) for color in invented}) == 25
    assert class_colors(Config({}), 3)[0] == ["0", "1", "2"]
    with pytest.raises(ValueError, match="predicts 3 classes, val_dataloader names 2"):
        class_colors(dataset(classes=("car", "road")), 3)


def test_class_colors__what_others_lie_on_is_gray():
    for classes, ground in (
        (("rock", "crack"), 0),
        (("crack", "Background"), 1),
        (("a", "background", "b"), 1),
    ):
        palette = class_colors(dataset(classes=classes), len(classes))[1]
        gray = [len(set(color)) == 1 for color in palette]
        assert gray == [index == ground for index in range(len(classes))]
        assert ground_of(classes) == ground
    assert ground_of(("a", "b", "c")) is None


def test_folder_truth__labels_by_name(tmp_path):
    images = {"x/1": tmp_path / "1.jpg", "2": tmp_path / "2.jpg"}
    (tmp_path / "x").mkdir()
    labels = np.array([[0, 255], [1, 2]], np.uint8)
    with pytest.raises(FileNotFoundError, match=r"first one's would be .*x/1\.png"):
        FolderTruth(tmp_path, images, 3)
    Image.fromarray(labels).save(tmp_path / "x/1.png")
    truth = FolderTruth(tmp_path, images, 3)
    assert truth.file("2", images["2"]) is None
    assert (truth.labels("x/1", images["x/1"]) == labels).all()
    with pytest.raises(ValueError, match="holds 2; allowed are class ids 0 to 1"):
        FolderTruth(tmp_path, images, 2).labels("x/1", images["x/1"])
