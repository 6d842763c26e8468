"""What the options of image data sets do, in checks, training and tools alike."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from mmcv.transforms import LoadImageFromFile
from mmengine.config import Config
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.datasets.labelled_folder import LabelledFolder
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.engine.hooks import PaintPredictionsHook
from mmseg_uda.prediction.target_images import folder_reader, target_images
from mmseg_uda.pseudo_labels import ImageFiles

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]
IMAGES = [PIPELINE[0], PIPELINE[2]]
BANDS = np.random.default_rng(0).integers(0, 4096, (32, 48, 5)).astype(np.uint16)
LABEL = np.random.default_rng(1).integers(0, 2, (32, 48)).astype(np.uint8)
OPTIONS = dict(value_range=(0, 4095), bands=(4, 3, 2))
WANTED = np.rint(BANDS[..., [3, 2, 1]] / 4095 * 255)  # R, G, B


@pytest.fixture
def root(tmp_path):
    for kind in ("images", "labels"):
        (tmp_path / kind).mkdir()
    options = dict(photometric="minisblack", planarconfig="contig")
    tifffile.imwrite(tmp_path / "images/x.tif", BANDS, **options)
    Image.fromarray(LABEL).save(tmp_path / "labels/x.png")
    return tmp_path


def config(root, pipeline=PIPELINE, **options):
    metainfo = dict(classes=("a", "b"))
    return dict(
        type="LabelledFolder",
        data_root=str(root),
        metainfo=metainfo,
        pipeline=pipeline,
        **options,
    )


def rgb(sample):
    return sample["inputs"].numpy()[::-1].transpose(1, 2, 0)


def test_wide_bands__refused_alike_by_check_and_training(root):
    dataset = DATASETS.build(config(root))
    with pytest.raises(ValueError, match="stores 16-bit values") as training:
        dataset[0]
    with pytest.raises(ValueError, match="stores 16-bit values") as check:
        check_dataset(dataset)
    assert str(training.value) in str(check.value)
    assert re.search(
        r"value_range=.* its \d bands .*bands=\(1, 2, 3\)$", str(training.value)
    )
    with pytest.raises(ValueError, match="stores 16-bit") as bands_given:
        DATASETS.build(config(root, bands=(1, 2, 3)))[0]
    assert "which of its" not in str(bands_given.value)


def test_wide_bands__read_with_options_everywhere(root):
    dataset = DATASETS.build(config(root, **OPTIONS))
    assert check_dataset(dataset)[0].notices == ()
    np.testing.assert_array_equal(rgb(dataset[0]), WANTED)
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(domains=dict(target=config(root, **OPTIONS)))
            )
        )
    )
    np.testing.assert_array_equal(rgb(target_images(cfg, IMAGES)[0]), WANTED)
    files = ImageFiles.from_folder(
        root / "images", IMAGES, folder_reader(cfg, "target")
    )
    np.testing.assert_array_equal(rgb(files[0]), WANTED)


def test_folder_reader__images_of_a_data_set_are_read_as_it_says(root, tmp_path):
    given = config(root, **OPTIONS)
    folder = root / "images"
    plain = dict(type="UnlabelledFolder", data_root=str(tmp_path), image_dir="other")
    domains = dict(source={**given, "image_dir": "images"}, target=plain)
    cfg = Config(dict(train_dataloader=dict(dataset=dict(domains=domains))))
    for images in ([folder], sorted(folder.iterdir())):
        reader = folder_reader(cfg, "target", images=images)
        assert repr(reader) == repr(DATASETS.build(given).image_reader)
    for images in ([], [tmp_path / "other"], [folder, tmp_path / "other"]):
        assert folder_reader(cfg, "target", images=images).is_plain


def test_options__are_part_of_what_labels_are_made_of(root):
    plain = ImageFiles.from_folder(root / "images", IMAGES)
    reader = DATASETS.build(config(root, **OPTIONS)).image_reader
    with_options = ImageFiles.from_folder(root / "images", IMAGES, reader)
    assert plain.pipeline_sha256 != with_options.pipeline_sha256


def test_own_loader__stays_and_takes_no_options(root):
    loader = dict(type="LoadImageFromFile", imdecode_backend="tifffile")
    with pytest.raises(ValueError, match="the pipeline loads images in another way"):
        DATASETS.build(config(root, [loader, *PIPELINE[1:]], **OPTIONS))
    dataset = DATASETS.build(config(root, [loader, *PIPELINE[1:]]))
    assert type(dataset.pipeline.transforms[0]) is LoadImageFromFile
    assert dataset.get_data_info(0)["image_reader"] is None
    check_dataset(dataset)  # what wide numbers mean is the loader's matter


@pytest.mark.parametrize("tag", [2, 3, 4])
def test_orientation__that_sizes_cannot_tell_is_told(tmp_path, tag):
    pixels = turned_pair(tmp_path, tag, label_tag=1)
    (report,) = check_dataset(LabelledFolder(str(tmp_path), **two_classes()))
    (notice,) = report.notices
    assert notice.startswith("the orientation tags of 1 image(s) and their labels")
    assert "x.png" in notice
    assert "orientation='stored'" in notice
    stored = LabelledFolder(str(tmp_path), orientation="stored", **two_classes())
    assert check_dataset(stored)[0].notices == ()
    np.testing.assert_array_equal(rgb(stored[0]), pixels)
    np.testing.assert_array_equal(labels_of(stored), LABEL)


@pytest.mark.parametrize("tag", range(1, 9))
def test_orientation__of_a_label_is_its_own(tmp_path, tag):
    pixels = turned_pair(tmp_path, tag, label_tag=tag)
    dataset = LabelledFolder(str(tmp_path), **two_classes())
    assert check_dataset(dataset)[0].notices == ()
    # both turned alike: what lay on a pixel lies on it still
    pairs = {(*p, v) for p, v in zip(flat(pixels), LABEL.ravel(), strict=True)}
    shown = zip(flat(rgb(dataset[0])), labels_of(dataset).ravel(), strict=True)
    assert {(*p, v) for p, v in shown} == pairs


@pytest.mark.parametrize(("how", "fits"), [("shown", "stored"), ("stored", "shown")])
def test_orientation__a_quarter_says_why_sizes_differ(tmp_path, how, fits):
    turned_pair(tmp_path, 6, label_tag=1 if fits == "stored" else None)
    dataset = LabelledFolder(str(tmp_path), orientation=how, **two_classes())
    said = f"orientation tag 6.*the label fits.*set orientation='{fits}'"
    with pytest.raises(ValueError, match=said):
        check_dataset(dataset)
    with pytest.raises(ValueError, match=said):
        dataset[0]


def turned_pair(root, tag, label_tag):
    """Write an image with a tag, and a label with another; None turns its pixels."""
    pixels = np.random.default_rng(2).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    label = LABEL if label_tag else np.rot90(LABEL, -1)
    for kind, array, value in (("images", pixels, tag), ("labels", label, label_tag)):
        (root / kind).mkdir()
        tags = Image.Exif()
        tags[274] = value or 1
        Image.fromarray(array).save(root / kind / "x.png", exif=tags)
    return pixels


def two_classes():
    return dict(metainfo=dict(classes=("a", "b")), pipeline=PIPELINE)


def labels_of(dataset):
    return dataset[0]["data_samples"].gt_sem_seg.data[0].numpy()


def flat(pixels):
    return [tuple(p) for p in pixels.reshape(-1, 3).tolist()]


def test_pseudo_labels__are_of_images_read_by_their_data_set(root):
    (root / "pseudo/labels").mkdir(parents=True)
    Image.fromarray(LABEL).save(root / "pseudo/labels/x.png")
    (root / "pseudo/pseudo_labels.json").write_text('{"kept_share": 1}')
    given = dict(type="PseudoLabelledDataset", pseudo_label_dir=str(root / "pseudo"))
    images = config(root, **OPTIONS)
    dataset = DATASETS.build(dict(given, images=images, pipeline=PIPELINE))
    np.testing.assert_array_equal(rgb(dataset[0]), WANTED)
    with pytest.raises(ValueError, match=r"set them within images=dict"):
        DATASETS.build(dict(given, images=images, bands=(1, 2, 3)))


def test_pseudo_labels__are_drawn_on_images_as_they_are_read(tmp_path):
    turned_pair(tmp_path, 3, label_tag=1)
    (tmp_path / "labels/labels").mkdir()
    (tmp_path / "labels/x.png").rename(tmp_path / "labels/labels/x.png")
    (tmp_path / "labels/pseudo_labels.json").write_text('{"kept_share": 1}')
    images = dict(type="UnlabelledFolder", data_root=str(tmp_path / "images"))
    dataset = dict(
        type="PseudoLabelledDataset",
        images=dict(images, metainfo=dict(classes=("a", "b"))),
        pseudo_label_dir=str(tmp_path / "labels"),
        pipeline=PIPELINE,
    )
    assert check_dataset(dataset)[0].notices == ()


def test_damaged_image__of_a_data_set_of_mmseg(tmp_path):
    turned_pair(tmp_path, 1, label_tag=1)
    data = (tmp_path / "images/x.png").read_bytes()
    (tmp_path / "images/x.png").write_bytes(data[:900] + b"0000" + data[904:])
    prefix = dict(img_path="images", seg_map_path="labels")
    options = dict(data_root=str(tmp_path), data_prefix=prefix, img_suffix=".png")
    dataset = BaseSegDataset(**options, metainfo=dict(classes=("a", "b")))
    with pytest.raises(ValueError, match=r"cannot decode the image .*x\.png"):
        check_dataset(dataset)


def test_translations__are_plain_and_their_originals_are_not(root):
    (root / "translated/images").mkdir(parents=True)
    painted = np.full((32, 48, 3), 7, np.uint8)
    Image.fromarray(painted).save(root / "translated/images/x.png")
    (root / "translated/translated.json").write_text("{}")
    dataset = DATASETS.build(
        dict(
            type="TranslatedDataset",
            images=config(root, **OPTIONS),
            translated_dir=str(root / "translated"),
            pipeline=PIPELINE,
        )
    )
    np.testing.assert_array_equal(rgb(dataset[0]), WANTED)
    np.testing.assert_array_equal(rgb(dataset[1]), painted)
    assert check_dataset(dataset)[0].num_images == 2


def test_painted_predictions__are_on_the_image_as_the_network_saw_it(root):
    drawn = []
    dataset = DATASETS.build(config(root, **OPTIONS))
    runner = SimpleNamespace(
        test_dataloader=SimpleNamespace(dataset=dataset),
        visualizer=SimpleNamespace(
            add_datasample=lambda name, image, **_: drawn.append((name, image))
        ),
    )
    PaintPredictionsHook().after_test_iter(
        runner, 0, outputs=[dataset[0]["data_samples"]]
    )
    ((name, image),) = drawn
    assert name == "test_x.tif"
    np.testing.assert_array_equal(image, WANTED)


def test_classes__more_than_labels_can_hold(root):
    metainfo = dict(classes=[str(i) for i in range(256)])
    with pytest.raises(ValueError, match="at most 255 classes, got 256"):
        LabelledFolder(str(root), metainfo=metainfo)


def test_orientation__of_the_label_alone(tmp_path):
    for folder, tag in (("images", 1), ("labels", 6)):
        (tmp_path / folder).mkdir()
        tags = Image.Exif()
        tags[274] = tag
        gray = Image.fromarray(np.zeros((4, 6), np.uint8))
        gray.save(tmp_path / folder / "x.png", exif=tags)
    with pytest.raises(ValueError, match=r"The label has the orientation tag 6, its"):
        check_dataset(config(tmp_path))
    check_dataset(config(tmp_path, orientation="stored"))
