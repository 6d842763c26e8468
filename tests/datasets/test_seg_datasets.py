import json
import shutil

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.datasets import (
    CityscapesImages,
    CityscapesLabelled,
    GTA5Dataset,
    LabelledFolder,
    SynthiaDataset,
    UnlabelledFolder,
)
from mmseg_uda.datasets import label_maps as lm

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]


def labels_of(dataset, index=0):
    return dataset[index]["data_samples"].gt_sem_seg.data.numpy()[0]


def test_gta5__labels_and_image(gta5_root, write):
    dataset = GTA5Dataset(str(gta5_root), pipeline=PIPELINE)
    assert len(dataset) == 5
    ids = write.raw_ids(35, seed=2)
    np.testing.assert_array_equal(labels_of(dataset, 1), lm.gta5_lut()[ids])
    rgb = np.asarray(Image.open(gta5_root / "images/00002.png"))
    bgr = dataset[1]["inputs"].numpy().transpose(1, 2, 0)
    np.testing.assert_array_equal(bgr, rgb[..., ::-1])
    assert bgr.dtype == np.uint8


def test_synthia__labels_and_lane_marking(synthia_root, write):
    ids = write.raw_ids(23)
    plain = SynthiaDataset(str(synthia_root), pipeline=PIPELINE)
    road = SynthiaDataset(str(synthia_root), lane_marking="road", pipeline=PIPELINE)
    assert set(labels_of(plain)[ids == 22]) == {255}
    assert set(labels_of(road)[ids == 22]) == {0}
    assert set(labels_of(plain)[ids == 3]) == {0}


def test_cityscapes__splits_and_class_subset(cityscapes_root, write):
    val = CityscapesLabelled(str(cityscapes_root), pipeline=PIPELINE)
    assert len(val) == 2
    ids = write.raw_ids(34, seed=0)
    np.testing.assert_array_equal(labels_of(val), lm.cityscapes_lut()[ids])
    sixteen = CityscapesLabelled(
        str(cityscapes_root),
        split="train",
        metainfo=dict(classes=lm.SYNTHIA_16),
        pipeline=PIPELINE,
    )
    assert len(sixteen) == 4
    assert set(labels_of(sixteen)[ids == 33]) == {15}  # bicycle
    assert set(labels_of(sixteen)[ids == 22]) == {255}  # terrain
    assert sixteen.metainfo["palette"][15] == [119, 11, 32]
    assert sixteen.metainfo["label_map"] is None


def test_cityscapes_images__know_nothing_of_labels(cityscapes_root):
    shutil.rmtree(cityscapes_root / "gtFine")
    dataset = CityscapesImages(str(cityscapes_root), pipeline=PIPELINE)
    assert len(dataset) == 4
    assert not dataset.labelled
    assert "seg_map_path" not in dataset.get_data_info(0)
    assert "gt_sem_seg" not in dataset[0]["data_samples"]
    for argument in ("ann_dir", "ann_file", "data_prefix", "label_dir"):
        with pytest.raises(TypeError):
            CityscapesImages(str(cityscapes_root), **{argument: "gtFine/train"})


def test_indices_and_lazy_init(gta5_root):
    assert len(GTA5Dataset(str(gta5_root), indices=2)) == 2
    lazy = GTA5Dataset(str(gta5_root / "absent"), lazy_init=True)
    with pytest.raises(FileNotFoundError):
        lazy.full_init()


@pytest.mark.parametrize(
    ("build", "expected", "found"),
    [
        (lambda r: GTA5Dataset(f"{r}/nowhere"), "labels/", "no folder"),
        (lambda r: GTA5Dataset(f"{r}/empty"), "00001.png", "an empty folder"),
        (lambda r: SynthiaDataset(f"{r}/empty"), "RAND_CITYSCAPES", "an empty folder"),
        (lambda r: CityscapesImages(f"{r}/other"), "leftImg8bit/", "RAND_X/"),
        (lambda r: CityscapesLabelled(f"{r}/empty"), "gtFine_labelIds.png", "empty"),
        (lambda r: UnlabelledFolder(f"{r}/empty"), "in any depth", "empty folder"),
        (lambda r: UnlabelledFolder(f"{r}/other", "b"), "b/  the images", "RAND_X/"),
        (lambda r: LabelledFolder(f"{r}/other"), "same path and name", "notes.txt"),
    ],
)
def test_missing_folder__prints_expected_and_found(tmp_path, build, expected, found):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other/RAND_X").mkdir(parents=True)
    (tmp_path / "other/notes.txt").touch()
    with pytest.raises(FileNotFoundError) as info:
        build(tmp_path)
    wanted, seen = str(info.value).split("Found:")
    assert expected in wanted
    assert found in seen


def test_empty_image_folder__names_suffix(tmp_path):
    (tmp_path / "images").mkdir()
    with pytest.raises(FileNotFoundError, match=r"images holds no \*\.png"):
        GTA5Dataset(str(tmp_path))


def test_unpaired__error_or_warning(gta5_root):
    (gta5_root / "labels/00002.png").unlink()
    (gta5_root / "images/00004.png").unlink()
    with pytest.raises(ValueError, match="3 pairs") as info:
        GTA5Dataset(str(gta5_root))
    assert "1 image(s) without a label: 00002.png" in str(info.value)
    assert "1 label(s) without an image: 00004.png" in str(info.value)
    dataset = GTA5Dataset(str(gta5_root), allow_unpaired=True)
    names = [dataset.get_data_info(i)["img_path"][-9:] for i in range(len(dataset))]
    assert names == ["00001.png", "00003.png", "00005.png"]


def test_unpaired__nothing_left_is_an_error(gta5_root):
    for path in (gta5_root / "labels").iterdir():
        path.rename(path.with_name("x" + path.name))
    with pytest.raises(ValueError, match="0 pairs"):
        GTA5Dataset(str(gta5_root), allow_unpaired=True)


def test_load_annotations__is_refused(gta5_root):
    with pytest.raises(ValueError, match="use dict\\(type='LoadLabels'\\)"):
        GTA5Dataset(str(gta5_root), pipeline=[dict(type="mmseg.LoadAnnotations")])


def test_unknown_class__is_named(gta5_root):
    with pytest.raises(ValueError, match="got tram"):
        GTA5Dataset(str(gta5_root), metainfo=dict(classes=["road", "tram"]))


def test_labelled_folder__own_classes_and_suffixes(tmp_path, write):
    write.image(tmp_path / "images/a/one.JPG")
    write.image(tmp_path / "images/two.png")
    write.grey(tmp_path / "labels/a/one.png", write.raw_ids(2) * 255)
    write.grey(tmp_path / "labels/two.png", write.raw_ids(2) * 255)
    dataset = LabelledFolder(
        str(tmp_path),
        label_map={0: 0, 255: 1},
        metainfo=dict(classes=["ground", "building"]),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 2
    assert set(np.unique(labels_of(dataset))) == {0, 1}
    assert len(dataset.metainfo["palette"]) == 2


def test_unlabelled_folder__hidden_files_and_doubles(tmp_path, write):
    write.image(tmp_path / "b/x.jpeg")
    write.image(tmp_path / "a.PNG")
    (tmp_path / "._a.PNG").touch()
    (tmp_path / "b/readme.txt").touch()
    dataset = UnlabelledFolder(str(tmp_path))
    paths = [dataset.get_data_info(i)["img_path"] for i in range(len(dataset))]
    assert paths == [str(tmp_path / "a.PNG"), str(tmp_path / "b/x.jpeg")]
    write.image(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match=r"both a\.\w+ and a\.\w+"):
        UnlabelledFolder(str(tmp_path))


@pytest.fixture
def pseudo(cityscapes_root, tmp_path, write):
    folder = tmp_path / "pseudo"
    for city in ("aachen", "bochum"):
        for frame in range(2):
            name = f"labels/{city}/{city}_{frame:06d}_000019_leftImg8bit.png"
            write.grey(folder / name, np.where(write.raw_ids(2) == 0, 255, frame))
    summary = dict(classes={name: {} for name in lm.CITYSCAPES_CLASSES})
    (folder / "pseudo_labels.json").write_text(json.dumps(summary))
    images = dict(type="CityscapesImages", data_root=str(cityscapes_root))
    return dict(
        type="PseudoLabelledDataset",
        images=images,
        pseudo_label_dir=str(folder),
        pipeline=PIPELINE,
    )


def test_pseudo_labelled__labels_as_written(pseudo, write):
    dataset = DATASETS.build(pseudo)
    assert len(dataset) == 4
    assert dataset.labelled
    expected = np.where(write.raw_ids(2) == 0, 255, 1)
    np.testing.assert_array_equal(labels_of(dataset, 1), expected)


def test_pseudo_labelled__subset_is_not_mapped_twice(pseudo, tmp_path, write):
    # Class 15 (bicycle) of the 16 would become 13 (bus) if it were mapped again.
    path = tmp_path / "pseudo/labels/aachen/aachen_000000_000019_leftImg8bit.png"
    write.grey(path, np.full((32, 48), 15))
    pseudo["images"]["metainfo"] = dict(classes=lm.SYNTHIA_16)
    with pytest.raises(ValueError, match=r"of 19 classes .* has 16"):
        DATASETS.build(pseudo)
    summary = dict(classes={name: {} for name in lm.SYNTHIA_16})
    (tmp_path / "pseudo/pseudo_labels.json").write_text(json.dumps(summary))
    assert set(np.unique(labels_of(DATASETS.build(pseudo)))) == {15}


def test_pseudo_labelled__relative_root(pseudo, cityscapes_root, monkeypatch):
    monkeypatch.chdir(cityscapes_root.parent)
    pseudo["images"]["data_root"] = "cityscapes"
    pseudo["pseudo_label_dir"] = "pseudo"
    assert len(DATASETS.build(pseudo)) == 4


def test_pseudo_labelled__missing_label(pseudo, tmp_path):
    name = "bochum/bochum_000001_000019_leftImg8bit.png"
    (tmp_path / "pseudo/labels" / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"1 of 4 images .* first: {name}"):
        DATASETS.build(pseudo)


def test_pseudo_labelled__unfinished(pseudo, tmp_path):
    (tmp_path / "pseudo/pseudo_labels.json").unlink()
    with pytest.raises(FileNotFoundError, match="no finished folder"):
        DATASETS.build(pseudo)


def test_pseudo_labelled__nothing_kept(pseudo, tmp_path):
    report = dict(kept_share=0.0, rule=dict(type="GlobalThreshold", threshold=0.99))
    (tmp_path / "pseudo/pseudo_labels.json").write_text(json.dumps(report))
    with pytest.raises(ValueError, match=r"keep no pixel.*'threshold': 0\.99"):
        DATASETS.build(pseudo)
    assert len(DATASETS.build({**pseudo, "allow_empty": True}))


def test_pseudo_labelled__one_class_left(pseudo, tmp_path):
    counts = {name: dict(labelled=0) for name in lm.CITYSCAPES_CLASSES}
    report = dict(kept_share=1.0, num_images=4, per_class=counts)
    counts["sky"]["labelled"] = 7
    (tmp_path / "pseudo/pseudo_labels.json").write_text(json.dumps(report))
    with pytest.raises(ValueError, match="of 19 classes sky alone is left"):
        DATASETS.build(pseudo)
    assert len(DATASETS.build({**pseudo, "allow_empty": True}))
    counts["road"]["labelled"] = 1
    (tmp_path / "pseudo/pseudo_labels.json").write_text(json.dumps(report))
    assert len(DATASETS.build(pseudo))


def test_pseudo_labelled__folder_not_given(pseudo):
    with pytest.raises(ValueError, match="pseudo_label_dir is not set"):
        DATASETS.build({**pseudo, "pseudo_label_dir": None})


@pytest.mark.parametrize("classes", ["lake", ("lake", "land", "lake")])
def test_classes__are_distinct_names(gta5_root, classes):
    with pytest.raises(ValueError, match=r"classes must be a list of different names"):
        LabelledFolder(str(gta5_root), metainfo=dict(classes=classes))
