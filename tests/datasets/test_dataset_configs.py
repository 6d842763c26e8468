"""The shipped data configs, on tiny trees, through the loaders as they stand."""

from pathlib import Path

import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.runner import Runner
from mmseg.registry import TRANSFORMS

FOLDER = Path(__file__).parents[2] / "configs/_base_/datasets"


@pytest.fixture
def roots(gta5_root, synthia_root, cityscapes_root):
    return {
        "data/gta5": str(gta5_root),
        "data/synthia": str(synthia_root),
        "data/cityscapes": str(cityscapes_root),
    }


def build(name, which, roots):
    """Build a dataloader of a config without workers, on the tiny trees."""
    cfg = Config.fromfile(FOLDER / f"{name}.py")
    loader = cfg[f"{which}_dataloader"].to_dict()
    loader.update(num_workers=0, persistent_workers=False)
    dataset = loader["dataset"]
    for part in (dataset.get("domains") or {"": dataset}).values():
        if part is not None:
            part["data_root"] = roots[part["data_root"]]
    return Runner.build_dataloader(loader, seed=0)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("gta_to_cityscapes", dict(source=2, target=2)),
        ("synthia_to_cityscapes", dict(source=2, target=2)),
        ("synthia16_to_cityscapes", dict(source=2, target=2)),
    ],
)
def test_train_dataloader__one_batch(name, shapes, roots):
    loader = build(name, "train", roots)
    batch = next(iter(loader))
    domains = [s.metainfo["domain"] for s in batch["data_samples"]]
    assert domains == [d for d, n in shapes.items() for _ in range(n)]
    assert {tuple(image.shape) for image in batch["inputs"]} == {(3, 512, 1024)}
    labels = [s.gt_sem_seg.data for s in batch["data_samples"][: shapes["source"]]]
    highest = 15 if "16" in name else 18
    assert max(int(x[x != 255].max()) for x in labels) <= highest
    assert len(loader.dataset.metainfo["classes"]) == highest + 1


@pytest.mark.parametrize("name", ["cityscapes_pseudo", "cityscapes16_pseudo"])
def test_pseudo_configs__batch_and_crop(name):
    cfg = Config.fromfile(FOLDER / f"{name}.py")
    target = cfg.train_dataloader.dataset.domains.target
    assert cfg.train_dataloader.batch_size == 9
    assert target.pseudo_label_dir is None
    crop = [TRANSFORMS.build(t) for t in target.pipeline if t.type == "DiverseCrop"]
    assert crop[0].crop_size == (256, 512)
    classes = cfg.val_dataloader.dataset.get("metainfo", {}).get("classes")
    assert classes == target.images.get("metainfo", {}).get("classes")


@pytest.mark.parametrize("name", ["gta_to_cityscapes", "synthia16_to_cityscapes"])
def test_val_dataloader__small_image_and_full_label(name, roots):
    batch = next(iter(build(name, "val", roots)))
    assert batch["inputs"][0].shape == (3, 512, 1024)
    sample = batch["data_samples"][0]
    assert sample.gt_sem_seg.data.shape == (1, 32, 48)
    assert sample.ori_shape == (32, 48)


def test_test_pipeline__serves_images_without_labels():
    cfg = Config.fromfile(FOLDER / "gta_to_cityscapes.py")
    # MMSegInferencer swaps the loader and takes away only mmseg's own label loaders.
    pipeline = cfg.test_dataloader.dataset.pipeline
    assert pipeline[0]["type"] == "LoadImageFromFile"
    pipeline[0]["type"] = "InferencerLoader"
    packed = Compose(pipeline)(np.zeros((20, 30, 3), dtype=np.uint8))
    assert packed["inputs"].shape == (3, 512, 1024)
    assert "gt_sem_seg" not in packed["data_samples"]


def test_tta_pipeline__two_scales_times_flip(roots):
    cfg = Config.fromfile(FOLDER / "gta_to_cityscapes.py")
    dataset = build("gta_to_cityscapes", "val", roots).dataset
    info = dataset.get_data_info(0)
    packed = Compose(cfg.tta_pipeline)(info)
    shapes = [tuple(x.shape[1:]) for x in packed["inputs"]]
    assert shapes == [(512, 1024)] * 2 + [(640, 1280)] * 2
    assert [s.flip for s in packed["data_samples"]] == [False, True, False, True]
    np.testing.assert_array_equal(
        packed["data_samples"][0].gt_sem_seg.data,
        packed["data_samples"][1].gt_sem_seg.data,
    )


def test_source_scale__jitter_and_order_of_sides(roots):
    loader = build("gta_to_cityscapes", "train", roots)
    resize = loader.dataset.datasets["source"].pipeline.transforms[2]
    scales = np.array([resize._random_scale() for _ in range(300)])
    assert (scales.min(0) >= (1024, 576)).all()
    assert (scales.max(0) <= (1536, 864)).all()
    assert scales[:, 0].max() > 1500
    assert np.abs(scales[:, 0] * 720 / 1280 - scales[:, 1]).max() <= 1


def resizes(value):
    """Yield every resize in a config, at any depth."""
    if isinstance(value, dict):
        if str(value.get("type")).endswith("Resize"):
            yield value
        value = value.values()
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        for item in value:
            yield from resizes(item)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.stem)
def test_every_resize__is_that_of_the_papers_code(path):
    found = list(resizes(Config.fromfile(path).to_dict()))
    assert len(found) >= 3
    # CRST's code resizes with cv2, bilinearly, all others antialiased bicubic
    wanted = (None, None) if "_crst" in path.stem else ("pillow", "bicubic")
    for resize in found:
        assert (resize.get("backend"), resize.get("interpolation")) == wanted
