"""The checks before a training, on labels of every format."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.preflight import check_dataset

RGB = np.uint8([[0, 0, 0], [255, 0, 0]])


@pytest.fixture
def root(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(3):
        ids = rng.integers(0, 2, (20, 30))
        for folder, pixels in (("images", rng.integers(0, 256, (20, 30, 3))),
                               ("labels", RGB[ids])):  # fmt: skip
            (tmp_path / folder).mkdir(exist_ok=True)
            image = Image.fromarray(pixels.astype(np.uint8))
            image.save(tmp_path / folder / f"{number}.png")
    return tmp_path


def check(root, before=None, colors=("#000000", "#ff0000")):
    names = ("ground", "car")
    config = dict(
        type="LabelledFolder",
        data_root=str(root),
        metainfo=dict(classes=names),
        label_format=dict(
            type="ColorLabels", colors=dict(zip(names, colors, strict=True))
        ),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
    )
    (report,) = check_dataset(config, before=before)
    return report


def test_check__counts_the_pixels_of_each_class(root):
    report = check(root)
    assert report.num_labels == 3
    reds = sum(
        int((np.asarray(Image.open(path))[..., 0] == 255).sum())
        for path in (root / "labels").iterdir()
    )
    assert report.pixels.tolist() == [3 * 600 - reds, reds]


def test_check__tells_colours_of_no_class(root):
    with pytest.raises(ValueError, match=r"#ff0000 \(.*% of its pixels\)"):
        check(root, colors=("#000000", "#00ff00"))


def test_check__other_colours_are_decoded_anew(root, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    reused = []
    for colors in [("#000000", "#ff0000")] * 2 + [("#ff0000", "#000000")]:
        before = DecodedBefore(root / "memory")
        report = check(root, before, colors)
        before.save()
        reused.append((before.num_reused, report.pixels.tolist()))
    (none, first), (all_, second), (anew, turned) = reused
    assert (none, all_, anew) == (0, 3, 0)
    assert first == second == turned[::-1]


def test_check__what_decides_is_remembered_with_a_file(root, monkeypatch):
    """Class indices of colours depend on classes, palette and table, too."""
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    (root / "map.txt").write_text("ground:0,0,0::\ncar:255,0,0::\n")

    def pixels(classes, **options):
        before = DecodedBefore(root / "memory")
        config = dict(
            type="LabelledFolder",
            data_root=str(root),
            metainfo=dict(classes=classes),
            label_format=dict(type="ColorLabels", **options),
        )
        (report,) = check_dataset(config, before=before)
        before.save()
        return report.pixels.tolist()

    first = pixels(("ground", "car"), table="map.txt")
    assert pixels(("car", "ground"), table="map.txt") == first[::-1]
    assert pixels(("sky", "ground", "car"), table="map.txt") == [0, *first]
    (root / "map.txt").write_text("car:0,0,0::\nground:255,0,0::\n")
    assert pixels(("ground", "car"), table="map.txt") == first[::-1]
    (root / "map.txt").write_text("ground:0,0,0::\ncar:255,0,1::\n")
    with pytest.raises(ValueError, match="#ff0000"):
        pixels(("ground", "car"), table="map.txt")


def test_translated__labels_are_read_as_the_originals(root):
    from mmseg_uda.datasets import TranslatedDataset

    shutil.copytree(root / "images", root / "out" / "images")
    (root / "out" / "translated.json").write_text("{}")
    names = ("ground", "car")
    colors = dict(zip(names, ("#000000", "#ff0000"), strict=True))
    dataset = TranslatedDataset(
        images=dict(
            type="LabelledFolder",
            data_root=str(root),
            metainfo=dict(classes=names),
            label_format=dict(type="ColorLabels", colors=colors),
        ),
        translated_dir=str(root / "out"),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
    )
    red = np.asarray(Image.open(root / "labels" / "0.png"))[..., 0] == 255
    assert len(dataset) == 6
    for index in (0, 3):  # the original, its translation
        assert np.array_equal(dataset[index]["gt_seg_map"], red)


def test_check__sizes_of_json_labels(root):
    for path in (root / "labels").iterdir():
        path.unlink()
    for number in range(3):
        content = {"shapes": [], "imageWidth": 30, "imageHeight": 20 + number // 2}
        (root / "labels" / f"{number}.json").write_text(json.dumps(content))
    config = dict(
        type="LabelledFolder",
        data_root=str(root),
        metainfo=dict(classes=("background", "car")),
        label_format=dict(type="LabelMeLabels"),
    )
    with pytest.raises(ValueError, match=r"2.json is 30x21, .*2.png is 30x20"):
        check_dataset(config)
