"""Soft labels, from the rule's file through the transforms to the view."""

import json

import numpy as np
import pytest
import torch
from mmseg.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmseg_uda.structures import View

K, H, W = 19, 24, 40


@pytest.fixture
def folders(tmp_path):
    """Two images, and labels whose soft label tells class and place."""
    rng = np.random.default_rng(0)
    images, out = tmp_path / "images", tmp_path / "labels_out"
    for name in ("a", "b"):
        hard = rng.integers(0, K, (H, W), dtype=np.uint8)
        soft = np.zeros((K, H, W), dtype=np.uint8)
        share = np.uint8(200) + (np.arange(W) % 50).astype(np.uint8)
        np.put_along_axis(soft, hard[None], np.broadcast_to(share, (1, H, W)), 0)
        for folder in (images, out / "labels", out / "soft"):
            folder.mkdir(parents=True, exist_ok=True)
        rgb = np.stack([hard, np.broadcast_to(share, (H, W)), hard], -1)
        Image.fromarray(rgb).save(images / f"{name}.png")
        Image.fromarray(hard).save(out / "labels" / f"{name}.png")
        np.savez_compressed(out / "soft" / f"{name}.npz", soft=soft)
    (out / "pseudo_labels.json").write_text(json.dumps({"classes": None}))
    return images, out


def dataset(folders, pipeline, soft=True):
    images, out = folders
    return DATASETS.build(
        dict(
            type="PseudoLabelledDataset",
            images=dict(
                type="UnlabelledFolder",
                data_root=str(images.parent),
                image_dir="images",
                image_suffix=".png",
            ),
            pseudo_label_dir=str(out),
            soft=soft,
            pipeline=pipeline,
        )
    )


@pytest.mark.parametrize("last", [[], [dict(type="Resize", scale=(W, H))]])
def test_soft_label__refuses_what_moves_the_label_alone(folders, last):
    lost = dict(type="CenterCrop", crop_size=(20, 12))
    data = dataset(folders, [*LOAD, lost, *last, dict(type="PackSoftLabels")])
    with pytest.raises(ValueError, match="behind LoadSoftLabels has changed the label"):
        data[0]
    data = dataset(folders, [*LOAD[:2], dict(type="PackSoftLabels")])
    with pytest.raises(ValueError, match="there is no LoadSoftLabels"):
        data[0]


LOAD = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="LoadSoftLabels"),
]


def test_soft_label__follows_image_and_label_through_the_transforms(folders):
    pipeline = [
        *LOAD,
        dict(type="Resize", scale=(W * 2, H * 2), interpolation="nearest"),
        dict(type="RandomCrop", crop_size=(17, 23)),
        dict(type="RandomFlip", prob=0.5),
        dict(type="PackSoftLabels"),
    ]
    data = dataset(folders, pipeline)
    flips = set()
    for index in (0, 1, 0, 1, 0, 1, 0, 1):
        packed = data[index]
        sample = packed["data_samples"]
        flips.add(sample.metainfo["flip"])
        blue, green, _ = packed["inputs"]  # class and share, drawn into the image
        labels, soft = sample.gt_sem_seg.data[0], sample.gt_soft_seg.data
        assert soft.shape == (K, 17, 23)
        assert soft.dtype == torch.uint8
        assert torch.equal(labels, blue.long())
        assert torch.equal(soft.amax(0), green)
        assert torch.equal(soft.argmax(0), labels)
    assert flips == {True, False}


def test_view__gives_soft_labels_that_sum_to_one(folders):
    data = dataset(folders, [*LOAD, dict(type="PackSoftLabels")])
    samples = [data[0]["data_samples"], data[1]["data_samples"]]
    segmentor = torch.nn.Module()
    segmentor.decode_head = torch.nn.Identity()
    view = View(torch.zeros(2, 3, H, W), samples, segmentor)
    soft = view.soft_labels
    assert soft.shape == (2, K, H, W)
    torch.testing.assert_close(soft.sum(1), torch.ones(2, H, W))
    del samples[0].gt_soft_seg
    assert View(torch.zeros(2, 3, H, W), samples, segmentor).soft_labels is None


def test_labels_without_soft_ones__are_refused_when_built(folders):
    (folders[1] / "soft" / "b.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 of 2 images have no soft.*b\.png"):
        dataset(folders, LOAD)
    (folders[1] / "soft" / "a.npz").unlink()
    (folders[1] / "soft").rmdir()
    with pytest.raises(FileNotFoundError, match="SoftClassBalanced"):
        dataset(folders, LOAD)
    assert len(dataset(folders, LOAD[:2], soft=False)) == 2


def test_loading__says_what_is_missing(folders):
    with pytest.raises(ValueError, match="no soft_label_path"):
        dataset(folders, LOAD, soft=False)[0]
    with pytest.raises(ValueError, match="no gt_seg_map"):
        dataset(folders, LOAD[::2])[0]


@pytest.mark.parametrize("damage", ["cut", "pickle", "other"])
def test_loading__refuses_damaged_files(folders, damage):
    path = folders[1] / "soft" / "a.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif damage == "pickle":
        np.savez(path, soft=np.array([{"a": 1}], dtype=object))
    else:
        np.savez(path, soft=np.zeros((K, 3, 4), dtype=np.uint8))
    with pytest.raises(ValueError, match=r"a\.npz"):
        dataset(folders, LOAD)[0]


def test_transform__is_registered_and_has_a_repr():
    assert repr(TRANSFORMS.build(dict(type="LoadSoftLabels"))) == "LoadSoftLabels()"
