"""Images that cannot be cropped or stacked are found before training."""

import re

import pytest
from mmengine.registry import init_default_scope
from PIL import Image

from mmseg_uda.datasets.checks.each_domain import check_each_domain
from mmseg_uda.datasets.checks.loader_sizes import Batching, check_sizes

LOAD, PACK = dict(type="LoadImageFromFile"), dict(type="PackSegInputs")
RATIO = dict(type="Resize", scale=(120, 90), keep_ratio=True)
FLIP = dict(type="RandomFlip", prob=0.5)


@pytest.fixture
def check(tmp_path):
    init_default_scope("mmseg")

    def run(sizes, *transforms, count=2, key="train_dataloader", **preprocessor):
        for number, size in enumerate(sizes):
            Image.new("RGB", size).save(tmp_path / f"{number}.png")
        dataset = dict(type="UnlabelledFolder", data_root=str(tmp_path))
        dataset["pipeline"] = [LOAD, *transforms, PACK]
        loader = dict(dataset=dataset, batch_size=count)
        loader["sampler"] = dict(type="DefaultSampler", shuffle=False)
        if key == "train_dataloader":
            loader["dataset"] = dict(
                type="MultiDomainDataset", domains=dict(target=dataset)
            )
            counts = dict(samples_per_domain=dict(target=count))
            loader["sampler"] = dict(type="MultiDomainSampler", **counts)
        cfg = {key: loader, "data_preprocessor": preprocessor}
        reports, errors = check_each_domain(loader)
        assert errors == []
        return [str(e) for e in check_sizes(loader, reports, Batching.of(cfg, key))]

    return run


SAME, MIXED = [(80, 60)] * 3, [(80, 60), (80, 60), (100, 60)]


def crop(kind, *size):
    return dict(type=kind, crop_size=size)


@pytest.mark.parametrize(
    ("sizes", "transforms"),
    [
        (SAME, []),
        (SAME, [crop("RandomCrop", 90, 200), FLIP]),  # all are smaller alike
        (MIXED, [crop("RandomCrop", 60, 80)]),
        (MIXED, [dict(type="Resize", scale=(120, 90)), FLIP]),
        (MIXED, [RATIO, crop("DiverseCrop", 72, 120)]),
        (MIXED, [dict(type="Pad", size=(128, 64))]),
    ],
)
def test_check_sizes__training_that_works(check, sizes, transforms):
    assert check(sizes, *transforms) == []


RANDOM = dict(type="RandomResize", scale=(80, 60), ratio_range=(0.9, 2.0))


@pytest.mark.parametrize(
    ("sizes", "transforms", "said"),
    [
        (MIXED, [], r"stacks 2 images, .*0\.png 80x60, .*2\.png 100x60\. End its"),
        (MIXED, [crop("RandomCrop", 60, 90)], r"0\.png \(and 1 more images\) is 80x60"),
        (MIXED, [RATIO, FLIP], r"0\.png 120x90, .*2\.png 120x72"),
        (SAME, [RANDOM], r"0\.png 72x54 to 160x120\. End its"),
        (
            SAME,
            [RANDOM, crop("RandomCrop", 60, 70)],
            r"0\.png \(and 2 .* is 72x54 .*'Pad', size=\(70, 60\).*\.size=\(60, 70\)",
        ),
        (MIXED[::-1], [crop("DiverseCrop", 60, 90)], "DiverseCrop takes 90x60 of it: "),
    ],
)
def test_check_sizes__training(check, sizes, transforms, said):
    (error,) = check(sizes, *transforms)
    assert error.startswith("target: ")
    assert re.search(said, error)


def test_check_sizes__one_image_a_batch_may_have_any_size(check):
    assert check(MIXED, count=1) == []
    assert check(MIXED, crop("RandomCrop", 90, 90), count=1) == []
    # this one never pads
    assert len(check(MIXED[::-1], crop("DiverseCrop", 60, 90), count=1)) == 1


def test_check_sizes__what_the_preprocessor_pads(check):
    assert check(MIXED, size_divisor=32) == []
    assert check(MIXED, size=(64, 128)) == []
    assert "differ in size" in check(MIXED, size=(64, 90))[0]


@pytest.mark.parametrize("key", ["val_dataloader", "test_dataloader"])
def test_check_sizes__batches_that_are_predicted(check, key):
    (error,) = check(MIXED, key=key, count=3, size_divisor=32)
    assert f"{key} stacks 3 images" in error
    assert f"Set {key}.batch_size=1" in error
    assert check(MIXED, key=key, count=2) == []  # each batch has one size
    assert check(MIXED, dict(type="Resize", scale=(64, 64)), key=key, count=3) == []


def test_check_sizes__images_too_small_for_the_network(check):
    (error,) = check([(80, 60), (50, 20)], count=1)
    assert "1.png is 50x20 pixels. Images below 32 pixels" in error
    assert check([(80, 60), (50, 20)], count=1, key="test_dataloader") == []


def test_check_sizes__labels_unlike_what_is_predicted(tmp_path, write):
    init_default_scope("mmseg")
    for name in ("images/a.png", "images/b.png"):
        write.image(tmp_path / name)
    for name in ("labels/a.png", "labels/b.png"):
        write.grey(tmp_path / name, write.raw_ids(2))
    width, height = Image.open(tmp_path / "images" / "a.png").size
    labels, resize = dict(type="LoadLabels"), dict(type="Resize", scale=(40, 80))
    size = dict(type="Resize", scale=(width, height))

    def check(*pipeline, key="val_dataloader"):
        dataset = dict(type="LabelledFolder", data_root=str(tmp_path))
        loader = dict(dataset=dataset | dict(pipeline=[LOAD, *pipeline, PACK]))
        reports, errors = check_each_domain(loader)
        assert errors == []
        return check_sizes(loader, reports, Batching(key))

    (error,) = check(labels, resize)
    said = rf"a\.png is 40x80 .*prediction {width}x{height}.*put LoadLabels behind"
    assert re.search(said, str(error))
    assert check(resize, labels) == check(labels, size) == check(labels) == []
    assert check(labels, resize, key="train_dataloader") == []
    flip = dict(type="RandomFlip", prob=0.5)
    (error,) = check(labels, flip)
    assert "RandomFlip flips labels" in str(error)
    assert check(flip, labels) == check(labels, flip | dict(prob=0.0)) == []
    assert check(labels, flip, key="train_dataloader") == []
    (error,) = check(resize)
    assert "loads no labels, so that nothing can be scored" in str(error)
    dataset = dict(type="LabelledFolder", data_root=str(tmp_path))
    loader = dict(dataset=dataset | dict(pipeline=[LOAD, labels]))
    reports, _ = check_each_domain(loader)
    (error,) = check_sizes(loader, reports, Batching("val_dataloader"))
    assert "PackSegInputs" in str(error)
