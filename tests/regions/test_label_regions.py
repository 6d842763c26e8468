"""Labels of patches follow image and label through crop, flip and resize."""

import numpy as np
import pytest
import torch
from mmseg.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmseg_uda.structures import View
from mmseg_uda.utils.atomic_files import write_json

PATCH = 8


@pytest.fixture
def drawn(tmp_path):
    """An image whose colour tells the class, and regions that are the three classes."""
    labels = np.random.default_rng(0).integers(0, 3, (10, 12)).astype(np.uint8)
    labels = labels.repeat(PATCH, 0).repeat(PATCH, 1)
    labels[:PATCH, :PATCH] = 255
    for name, pixels in (("images", np.stack([labels] * 3, -1)), ("labels", labels)):
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
    folder = tmp_path / "by_class"
    folder.mkdir()
    rule = dict(type="PatchModes", patch_size=[PATCH, PATCH], num_modes=3, cells=1)
    write_json(folder / "regions.json", dict(rule=rule, classes=["a", "b", "c"]))
    np.savez(folder / "regions.npz", centres=np.eye(3, dtype=np.float32))
    return tmp_path


def dataset(root, *transforms, **options):
    region_dir = options.get("region_dir", str(root / "by_class"))
    pipeline = [
        dict(type="LoadImageFromFile"),
        dict(type="LoadLabels"),
        *transforms,
        dict(type="PackSegInputs"),
        dict(type="LabelRegions", name="r", region_dir=region_dir),
    ]
    meta = dict(classes=["a", "b", "c"], palette=[[0] * 3, [1] * 3, [2] * 3])
    folder = dict(type="LabelledFolder", data_root=str(root), metainfo=meta)
    return DATASETS.build(dict(folder, pipeline=pipeline))


def majority(pixels):
    """The most frequent value of each patch, read off the image by loops."""
    rows, columns = pixels.shape[0] // PATCH, pixels.shape[1] // PATCH
    out = np.zeros((rows, columns), int)
    for i in range(rows):
        for j in range(columns):
            patch = pixels[i * PATCH : (i + 1) * PATCH, j * PATCH : (j + 1) * PATCH]
            out[i, j] = np.bincount(patch.ravel()).argmax()
    return out


@pytest.mark.parametrize(
    "transforms",
    [
        [],
        [dict(type="RandomFlip", prob=1.0)],
        [dict(type="RandomCrop", crop_size=(40, 64))],
        [dict(type="Resize", scale=(192, 160), interpolation="nearest")],
        [
            dict(type="Resize", scale=(144, 112), interpolation="nearest"),
            dict(type="RandomCrop", crop_size=(56, 72)),
            dict(type="RandomFlip", prob=0.5),
        ],
    ],
    ids=["plain", "flip", "crop", "resize", "all"],
)
def test_regions__are_where_the_image_shows_them(drawn, transforms):
    np.random.seed(0)  # noqa: NPY002 - mmcv's generator
    data = dataset(drawn, *transforms)
    for _ in range(6):
        packed = data[0]
        field = packed["data_samples"].gt_region_r
        # the colours of the image as the network gets it; 255 where nothing is labelled
        seen = packed["inputs"][0].numpy()
        assert field.labelled_shape == seen.shape
        regions, expected = field.data[0].numpy(), majority(seen)
        assert regions.dtype == np.uint8
        assert regions.shape == expected.shape
        half = [  # neither the third value nor a tie would show a wrong place
            np.sort(np.bincount(patch.ravel(), minlength=256))[-1] > PATCH**2 / 2
            for patch in patches(seen)
        ]
        sure = np.array(half).reshape(expected.shape)
        assert sure.mean() > 0.2
        assert np.array_equal(regions[sure], expected[sure])
    assert len(np.unique(regions)) >= 3


def patches(pixels):
    for i in range(0, pixels.shape[0] - PATCH + 1, PATCH):
        for j in range(0, pixels.shape[1] - PATCH + 1, PATCH):
            yield pixels[i : i + PATCH, j : j + PATCH]


def test_view__stacks_region_labels(drawn):
    data = dataset(drawn)
    samples = [data[0]["data_samples"], data[0]["data_samples"]]
    segmentor = torch.nn.Module()
    segmentor.decode_head = torch.nn.Identity()
    view = View(torch.zeros(2, 3, 80, 96), samples, segmentor)
    regions = view.region_labels("r")
    assert regions.shape == (2, 10, 12)
    assert regions.dtype == torch.int64
    assert regions[0, 0, 0] == 255
    assert view.region_labels("other") is None


def test_transform__says_what_is_missing(drawn):
    with pytest.raises(ValueError, match="region_dir is not set"):
        dataset(drawn, region_dir=None)[0]
    with pytest.raises(FileNotFoundError, match=r"no regions\.json"):
        dataset(drawn, region_dir=str(drawn))
    transform = TRANSFORMS.build(
        dict(type="LabelRegions", name="r", region_dir=str(drawn / "by_class"))
    )
    with pytest.raises(ValueError, match="behind PackSegInputs"):
        transform({"img": None})
    assert repr(transform).startswith("LabelRegions(name='r', ")
