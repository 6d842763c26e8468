"""Region labels stay with the image: tested on images that show their region."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmseg.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmseg_uda.datasets.checks.pending_files import without_missing_labels
from mmseg_uda.regions.transforms.pack_region_labels import majority
from mmseg_uda.structures import View
from mmseg_uda.utils.atomic_files import write_json

GRIDS = dict(small=(12, 10), large=(6, 5))
PATCHES = dict(small=(8, 16), large=(16, 32))
SIZE = (96, 160)


def spread(grid, size=SIZE):
    rows, columns = size[0] // grid.shape[0], size[1] // grid.shape[1]
    return grid.repeat(rows, 0).repeat(columns, 1)


@pytest.fixture
def drawn(tmp_path):
    """A picture whose red is the small region of a pixel, and its green the large."""
    rng = np.random.default_rng(0)
    kinds = np.array([*range(40), 255], np.uint8)
    grids = {size: rng.choice(kinds, shape) for size, shape in GRIDS.items()}
    red, green = spread(grids["small"]), spread(grids["large"])
    pixels = np.stack([red, green, np.zeros_like(red)], -1)
    for name, image in (("images", pixels), ("labels", np.zeros(SIZE, np.uint8))):
        (tmp_path / name / "in").mkdir(parents=True)
        Image.fromarray(image).save(tmp_path / name / "in" / "a.png")
    folder = tmp_path / "regions"
    for size, grid in grids.items():
        (folder / "labels" / size / "in").mkdir(parents=True)
        Image.fromarray(grid).save(folder / "labels" / size / "in" / "a.png")
    sizes = {
        size: dict(rule=dict(patch_size=PATCHES[size]), grid=GRIDS[size])
        for size in GRIDS
    }
    write_json(folder / "region_labels.json", dict(sizes=sizes))
    return tmp_path


def dataset(root, *transforms, region_dir=None, last="PackRegionLabels"):
    pipeline = [
        dict(type="LoadImageFromFile"),
        dict(type="LoadLabels"),
        dict(
            type="LoadRegionLabels",
            name="regions",
            region_dir=str(region_dir or root / "regions"),
        ),
        *transforms,
        dict(type=last),
    ]
    meta = dict(classes=["a", "b"], palette=[[0] * 3, [1] * 3])
    folder = dict(type="LabelledFolder", data_root=str(root), metainfo=meta)
    return DATASETS.build(dict(folder, pipeline=pipeline))


def expected(pixels, patch_size):
    """The most frequent value of each patch by loops; 255 on a tie."""
    rows = max(1, round(pixels.shape[0] / patch_size[0]))
    columns = max(1, round(pixels.shape[1] / patch_size[1]))
    cells = [[[] for _ in range(columns)] for _ in range(rows)]
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            row = y * rows // pixels.shape[0]
            cells[row][x * columns // pixels.shape[1]].append(int(pixels[y, x]))
    out = np.full((rows, columns), 255)
    for row, column in np.ndindex(rows, columns):
        values = cells[row][column]
        kinds = [value for value in values if value != 255]
        if 2 * len(kinds) >= len(values):
            counts = np.bincount(kinds)
            if (counts == counts.max()).sum() == 1:
                out[row, column] = counts.argmax()
    return out


NEAREST = dict(interpolation="nearest", backend="pillow")


@pytest.mark.parametrize(
    "transforms",
    [
        [],
        [dict(type="RandomFlip", prob=1.0)],
        [dict(type="RandomFlip", prob=1.0, direction="vertical")],
        [dict(type="RandomCrop", crop_size=(50, 90))],
        [dict(type="Resize", scale=(200, 144), **NEAREST)],
        [
            dict(
                type="RandomResize",
                scale=(160, 96),
                ratio_range=(0.5, 2.0),
                keep_ratio=True,
                resize_type="Resize",
                **NEAREST,
            ),
            dict(type="RandomCrop", crop_size=(40, 72)),
            dict(type="RandomFlip", prob=0.5),
        ],
    ],
    ids=["plain", "flip", "flip_down", "crop", "resize", "all"],
)
def test_regions__are_where_the_image_shows_them(drawn, transforms):
    np.random.seed(0)  # noqa: NPY002 - mmcv's generator
    data = dataset(drawn, *transforms)
    for _ in range(5):
        packed = data[0]
        # the colours of the image as the network gets it, blue first
        seen = dict(small=packed["inputs"][2], large=packed["inputs"][1])
        for size, patch_size in PATCHES.items():
            field = packed["data_samples"].get(f"gt_region_region_{size}")
            pixels = seen[size].numpy()
            assert field.labelled_shape == pixels.shape
            assert field.data.dtype == torch.uint8
            told = expected(pixels, patch_size)
            assert np.array_equal(field.data[0].numpy(), told)
        assert len(np.unique(told)) >= 2


def test_regions__of_the_whole_image_are_those_on_disk(drawn):
    for transforms in ([], [dict(type="Resize", scale=SIZE[::-1], backend="pillow")]):
        sample = dataset(drawn, *transforms)[0]["data_samples"]
        for size in GRIDS:
            with Image.open(drawn / f"regions/labels/{size}/in/a.png") as grid:
                ours = sample.get(f"gt_region_region_{size}").data[0]
                assert np.array_equal(ours, np.asarray(grid))


@pytest.mark.parametrize("size", [(1052, 1914), (1046, 1914), (760, 1280), (132, 240)])
@pytest.mark.parametrize("backend", ["pillow", "cv2"])
def test_regions__survive_the_sizes_of_the_data_sets(size, backend):
    """Spread over an image of any size, then resized to that of the patches."""
    toy = size[0] < 200
    scale, patch = ((160, 90), (4, 8)) if toy else ((1280, 720), (18, 32))
    rows, columns = round(scale[1] / patch[0]), scale[0] // patch[1]
    grid = np.random.default_rng(0).integers(0, 100, (rows, columns)).astype(np.uint8)
    load = TRANSFORMS.build(dict(type="LoadRegionLabels", name="regions"))

    load.labels = SimpleNamespace(patch_sizes={"small": patch}, read=lambda *_: grid)
    results = load(
        dict(
            gt_seg_map=np.zeros(size, np.uint8),
            label_name="a.png",
            seg_fields=["gt_seg_map"],
            img=np.zeros((*size, 3), np.uint8),
        )
    )
    resize = dict(type="Resize", scale=scale, backend=backend)
    pixels = TRANSFORMS.build(resize)(results)["region_small"]
    assert np.array_equal(majority(pixels, patch), grid)


LOST = [
    [dict(type="Pad", size=(192, 128))],
    [dict(type="Pad", size=(192, 128)), dict(type="Resize", scale=SIZE[::-1])],
    [dict(type="CenterCrop", crop_size=(80, 64))],
    [
        dict(type="CenterCrop", crop_size=(80, 64)),
        dict(type="Resize", scale=SIZE[::-1]),
    ],
]


@pytest.mark.parametrize("transforms", LOST)
def test_regions__refuse_what_moves_the_label_alone(drawn, transforms):
    """Of these the second and the last leave maps of the right size, but displaced."""
    labels = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE) % 7 % 2
    Image.fromarray(labels.astype(np.uint8)).save(drawn / "labels" / "in" / "a.png")
    message = "behind LoadRegionLabels has changed the label alone.*mmseg's Resize"
    with pytest.raises(ValueError, match=message):
        dataset(drawn, *transforms)[0]


@pytest.mark.parametrize(
    "transform",
    [
        dict(type="RandomFlip", prob=1.0, direction="diagonal"),
        dict(type="RandomRotate", prob=1.0, degree=30),
        dict(type="RandomCutOut", prob=1.0, n_holes=1, cutout_shape=(9, 9)),
        dict(type="ResizeToMultiple", size_divisor=64),
    ],
)
def test_regions__accept_what_moves_both(drawn, transform):
    labels = np.random.default_rng(0).integers(0, 2, SIZE).astype(np.uint8)
    Image.fromarray(labels).save(drawn / "labels" / "in" / "a.png")
    sample = dataset(drawn, transform)[0]["data_samples"]
    field = sample.gt_region_region_small
    assert field.labelled_shape == tuple(sample.gt_sem_seg.data.shape[1:])


def test_majority__by_hand():
    ignored, tied = [255, 255, 255, 7], [3, 3, 5, 5]
    half, most = [255, 255, 6, 6], [0, 0, 254, 1]
    cells = [np.reshape(values, (2, 2)) for values in (ignored, tied, half, most)]
    pixels = np.hstack(cells).astype(np.uint8)
    assert majority(pixels, (2, 2)).tolist() == [[255, 255, 6, 0]]


def test_view__reads_the_labels(drawn):
    samples = [dataset(drawn)[0]["data_samples"]] * 2
    segmentor = torch.nn.Module()
    segmentor.decode_head = torch.nn.Identity()
    view = View(torch.zeros(2, 3, *SIZE), samples, segmentor)
    assert view.region_labels("region_small").shape == (2, 12, 10)
    assert view.region_labels("region_large").shape == (2, 6, 5)
    assert view.region_labels("region_medium") is None


def test_transforms__say_what_is_missing(drawn):
    load = TRANSFORMS.build(dict(type="LoadRegionLabels", name="regions"))
    with pytest.raises(ValueError, match="region_dir is not set"):
        load({})
    with pytest.raises(FileNotFoundError, match=r"no region_labels\.json"):
        dataset(drawn, region_dir=drawn)
    ready = dict(type="LoadRegionLabels", name="r", region_dir=str(drawn / "regions"))
    ready = TRANSFORMS.build(ready)
    with pytest.raises(ValueError, match="behind LoadLabels"):
        ready({"label_name": "in/a.png"})
    other = dict(gt_seg_map=np.zeros(SIZE), label_name="in/b.png", seg_fields=[])
    with pytest.raises(ValueError, match=r"in/b\.png\. Were they made on label files"):
        ready(other)
    twice = dict(gt_seg_map=np.zeros(SIZE), label_name="in/a.png", seg_fields=[])
    with pytest.raises(ValueError, match="region_small is loaded already"):
        ready(ready(twice))
    pack = TRANSFORMS.build(dict(type="PackRegionLabels"))
    with pytest.raises(ValueError, match="finds no region labels"):
        pack({"img": np.zeros((2, 2, 3))})
    assert repr(ready).startswith("LoadRegionLabels(name='r', ")


def test_finished__damaged_report(drawn):
    report = drawn / "regions" / "region_labels.json"
    content = json.loads(report.read_text())
    for text in ("{", json.dumps({"sizes": {"small": {}}}), json.dumps({})):
        report.write_text(text)
        with pytest.raises(ValueError, match="counted anew"):
            dataset(drawn)
    content["sizes"]["small"]["grid"] = [3, 3]
    report.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="made by something else"):
        dataset(drawn)[0]


def test_preflight__runs_the_pipeline_without_labels_that_are_to_come():
    pipeline = [
        dict(type="LoadLabels"),
        dict(type="LoadRegionLabels", name="regions"),
        dict(type="PackRegionLabels", meta_keys=("img_path",)),
    ]
    kept = without_missing_labels(dict(pipeline=pipeline))["pipeline"]
    assert kept == [pipeline[0], dict(type="PackSegInputs", meta_keys=("img_path",))]
    pipeline[1]["region_dir"] = "there"
    assert without_missing_labels(dict(pipeline=pipeline))["pipeline"] == pipeline
