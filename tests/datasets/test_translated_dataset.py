"""A labelled data set with its translations: twice as many, or these alone."""

import shutil

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.datasets.preflight import check_dataset

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]


@pytest.fixture
def translated(gta5_root, tmp_path):
    """Each image of GTA5 upside down, as a finished folder."""
    folder = tmp_path / "translated"
    (folder / "images").mkdir(parents=True)
    for path in (gta5_root / "images").iterdir():
        image = np.asarray(Image.open(path))[::-1]
        Image.fromarray(image).save(folder / "images" / path.name)
    (folder / "translated.json").write_text("{}")
    return folder


def build(root, translated_dir, **options):
    return DATASETS.build(
        dict(
            type="TranslatedDataset",
            images=dict(type="GTA5Dataset", data_root=str(root)),
            translated_dir=translated_dir and str(translated_dir),
            pipeline=PIPELINE,
            **options,
        )
    )


def loaded(dataset, index):
    sample = dataset[index]
    label = sample["data_samples"].gt_sem_seg.data.numpy()
    return sample["inputs"].numpy(), label


def test_translated__doubles_the_source(gta5_root, translated):
    original = DATASETS.build(
        dict(type="GTA5Dataset", data_root=str(gta5_root), pipeline=PIPELINE)
    )
    both = build(gta5_root, translated)
    assert len(both) == 2 * len(original) == 10
    assert both.metainfo["classes"] == original.metainfo["classes"]
    for index in range(5):
        image, label = loaded(original, index)
        assert len(np.unique(label)) > 5
        for there, expected in ((index, image), (5 + index, image[:, ::-1])):
            ours = loaded(both, there)
            assert np.array_equal(ours[0], expected)
            assert np.array_equal(ours[1], label)  # of the original either way


def test_translated__alone(gta5_root, translated):
    alone = build(gta5_root, translated, originals=False)
    both = build(gta5_root, translated)
    assert len(alone) == 5
    for index in range(5):
        one, other = loaded(alone, index), loaded(both, 5 + index)
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_translated__classes_of_the_images_count(gta5_root, translated):
    classes = dict(metainfo=dict(classes=["car", "road"]))
    images = dict(type="GTA5Dataset", data_root=str(gta5_root), **classes)
    dataset = DATASETS.build(
        dict(
            type="TranslatedDataset",
            images=images,
            translated_dir=str(translated),
            pipeline=PIPELINE,
        )
    )
    assert dataset.metainfo["classes"] == ("car", "road")
    assert set(np.unique(loaded(dataset, 7)[1])) <= {0, 1, 255}


def test_translated__is_checked_whole_and_before_it_is_there(gta5_root, translated):
    cfg = dict(
        type="TranslatedDataset",
        images=dict(type="GTA5Dataset", data_root=str(gta5_root)),
        translated_dir=str(translated),
        pipeline=PIPELINE,
    )
    (report,) = check_dataset(cfg)
    assert (report.num_images, report.num_labels) == (10, 10)
    (report,) = check_dataset({**cfg, "translated_dir": None})
    assert report.num_images == 5
    file = translated / "images/00002.png"
    Image.open(file).resize((20, 20)).save(file)
    with pytest.raises(ValueError, match=r"00002\.png"):
        check_dataset(cfg)


def test_translated__says_what_is_missing(gta5_root, translated):
    with pytest.raises(ValueError, match="translated_dir is not set"):
        build(gta5_root, None)
    (translated / "images/00003.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 of 5 images have no.*00003\.png"):
        build(gta5_root, translated)
    (translated / "translated.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no translated\.json"):
        build(gta5_root, translated)
    shutil.rmtree(translated)
    with pytest.raises(FileNotFoundError, match="no finished folder"):
        build(gta5_root, translated)
