"""``mmseg-uda predict --submission``: files as test servers take them."""

from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from in_process import call
from PIL import Image

from mmseg_uda.datasets.label_maps import CITYSCAPES_CLASSES
from mmseg_uda.datasets.named import TABLE
from mmseg_uda.prediction import predict_images
from mmseg_uda.prediction.submission import Submission

# labels.py of the Cityscapes scripts: the id of each trainId, by hand
LABEL_IDS = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
CITY = "leftImg8bit/test/berlin/berlin_000000_0000{}_leftImg8bit.png"
DOCS = Path(__file__).parents[2] / "docs/data.md"


@pytest.fixture
def folder(setting, monkeypatch):
    """The tiny setting of 19 classes as working directory."""
    monkeypatch.chdir(setting)
    return setting


def draw(root, *names):
    rng = np.random.default_rng(0)
    for name in names:
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        image = rng.integers(0, 255, (32, 48, 3), np.uint8)
        Image.fromarray(image).save(path)


def predict(monkeypatch, root, of, *more):
    arguments = ("tiny.py", "tiny.pth", root, "--out", "out", "--submission", of)
    return call(monkeypatch, "tools/predict.py", *arguments, "--device", "cpu", *more)


def written():
    return {
        path.name: np.array(Image.open(path)) for path in Path("out").glob("sub*/*")
    }


def test_cityscapes__label_ids_by_city_sequence_and_frame(folder, monkeypatch, capsys):
    draw("cs", CITY.format(19), CITY.format(20))
    draw("cs", "leftImg8bit/val/ulm/ulm_000000_000019_leftImg8bit.png")
    assert predict(monkeypatch, "cs", "cityscapes") == 0
    assert (
        "for the test server of cityscapes: out/submission" in capsys.readouterr().out
    )
    files = written()
    assert len(files) == 2
    for frame in (19, 20):
        # as the Cityscapes scripts look for the file of a ground truth
        pattern = f"berlin_000000_0000{frame}*.png"
        (name,) = (name for name in files if fnmatch(name, pattern))
        mask = np.array(Image.open(Path("out/labels/berlin") / name))
        assert np.array_equal(files[name], np.array(LABEL_IDS)[mask])
        assert files[name].dtype == np.uint8
        assert files[name].shape == (32, 48)


def test_acdc__train_ids_of_all_conditions_in_one_folder(folder, monkeypatch):
    names = [f"{part}/test/GOPR/{part}_rgb_anon.png" for part in TABLE["acdc"].parts]
    draw("acdc/rgb_anon", *names, "fog/val/GOPR/a_rgb_anon.png")
    assert predict(monkeypatch, "acdc", "acdc") == 0
    files = written()
    assert sorted(files) == sorted(Path(name).name for name in names)
    for name in names:
        mask = np.array(Image.open(Path("out/labels", name)))
        assert np.array_equal(files[Path(name).name], mask)


def test_bdd100k__png_for_jpg(folder, monkeypatch):
    draw("bdd", "images/10k/test/a.jpg")
    assert predict(monkeypatch, "bdd", "bdd100k") == 0
    assert list(written()) == ["a.png"]


def test_dark_zurich__its_nights(folder, monkeypatch):
    draw("dz/rgb_anon/test", "night/G/a_rgb_anon.png", "day/G/b_rgb_anon.png")
    assert predict(monkeypatch, "dz", "dark_zurich") == 0
    assert list(written()) == ["a_rgb_anon.png"]


def test_loveda__indices_from_0_of_one_region(tmp_path):
    draw(tmp_path, "Test/Rural/images_png/1.png", "Test/Urban/images_png/2.png")
    of = Submission("loveda/rural")
    assert of.images(tmp_path, [], None).names == ["1.png"]
    assert of.values(TABLE["loveda"].classes).tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_values__follow_the_order_of_the_network():
    of = Submission("cityscapes")
    assert of.values(CITYSCAPES_CLASSES).tolist() == LABEL_IDS
    assert of.values(("car", "road")).tolist() == [26, 7]
    assert Submission("acdc").values(("car", "road")).tolist() == [13, 0]


def test_write__again_without_files_of_before(folder, monkeypatch):
    draw("bdd", "images/10k/test/a.jpg", "images/10k/test/b.jpg")
    assert predict(monkeypatch, "bdd", "bdd100k") == 0
    Path("bdd/images/10k/test/a.jpg").unlink()
    assert predict(monkeypatch, "bdd", "bdd100k") == 0
    assert list(written()) == ["b.png"]
    assert predict(monkeypatch, "bdd", "bdd100k", "--overwrite") == 0
    assert list(written()) == ["b.png"]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("mapillary", "unknown data set with a test server, --submission, 'mapillary'"),
        ("acdc/dusk", "unknown part of ACDC 'dusk'"),
        ("acdc", "nothing in"),
        ("bdd100k", "the image folder x/images/10k/test does not exist"),
        ("loveda", "LoveDA has no class sidewalk"),
        ("cityscapes", "have the same name"),
    ],
)
def test_bad_input__is_told_before_the_first_image(
    folder, monkeypatch, capsys, of, said
):
    draw("x/rgb_anon", "fog/test/GOPR/a_rgb_anon.png")
    draw("x/Test/Urban/images_png", "1.png")
    draw("x", CITY.format(19), CITY.format(19).replace("test/berlin/", "test/bonn/"))
    monkeypatch.setattr(predict_images, "predict_probs", pytest.fail)
    assert predict(monkeypatch, "x", of) == 1
    assert said in capsys.readouterr().err
    assert not Path("out").exists()


def test_bad_input__a_suffix_of_ones_own(folder, monkeypatch, capsys):
    assert predict(monkeypatch, "x", "acdc", "--image-suffix", ".png") == 2
    assert "--submission knows how its images are called" in capsys.readouterr().err


def test_servers__stand_in_the_docs():
    lines = DOCS.read_text().split("## Submission")[1].split("\n## ")[0].splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    del rows["--submission"]  # the heading
    assert set(rows) == {name for name, entry in TABLE.items() if entry.server}
    words = dict(trainIds="trainIds", labelIds="labelIds", indices="0 to 6")
    for name, row in rows.items():
        assert words[TABLE[name].server] in row
