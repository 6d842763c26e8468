"""Tiny copies of the downloads, in the formats of the real ones."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image


def write_image(path: Path, size=(48, 32), seed=0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def write_palette(path: Path, ids: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(ids.astype(np.uint8)).convert("L")
    image.putpalette(np.random.default_rng(1).integers(0, 256, 768).tolist())
    image.save(path)
    assert Image.open(path).mode == "P"


def write_synthia(path: Path, ids: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    bgr = np.zeros((*ids.shape, 3), dtype=np.uint16)
    bgr[..., 2] = ids  # class in R
    bgr[..., 1] = 4321  # instance in G
    assert cv2.imwrite(str(path), bgr)


def write_grey(path: Path, ids: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(ids.astype(np.uint8)).save(path)


def raw_ids(high: int, size=(48, 32), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, high, (size[1], size[0]))


@pytest.fixture(autouse=True)
def _no_collection(monkeypatch):
    """Spare the 0.4 s that mmengine's full garbage collection takes per data set."""
    stub = SimpleNamespace(collect=lambda: 0)
    monkeypatch.setattr("mmengine.dataset.base_dataset.gc", stub)


@pytest.fixture
def gta5_root(tmp_path):
    root = tmp_path / "gta5"
    for i in range(1, 6):
        write_image(root / "images" / f"{i:05d}.png", seed=i)
        write_palette(root / "labels" / f"{i:05d}.png", raw_ids(35, seed=i))
    return root


@pytest.fixture
def synthia_root(tmp_path):
    root = tmp_path / "synthia"
    for i in range(3):
        write_image(root / "RGB" / f"{i:07d}.png", seed=i)
        write_synthia(root / "GT/LABELS" / f"{i:07d}.png", raw_ids(23, seed=i))
    return root


@pytest.fixture
def cityscapes_root(tmp_path):
    root = tmp_path / "cityscapes"
    for split, cities in (("train", ("aachen", "bochum")), ("val", ("lindau",))):
        for i, city in enumerate(cities):
            for frame in range(2):
                name = f"{city}/{city}_{frame:06d}_000019"
                image = root / "leftImg8bit" / split / f"{name}_leftImg8bit.png"
                write_image(image, seed=10 * i + frame)
                label = root / "gtFine" / split / f"{name}_gtFine_labelIds.png"
                write_grey(label, raw_ids(34, seed=frame))
                write_grey(
                    label.with_name(label.name.replace("labelIds", "instanceIds")),
                    raw_ids(9),
                )
    return root


class Writers:
    image = staticmethod(write_image)
    palette = staticmethod(write_palette)
    synthia = staticmethod(write_synthia)
    grey = staticmethod(write_grey)
    raw_ids = staticmethod(raw_ids)


@pytest.fixture
def write():
    """Writers of images and of labels in every format."""
    return Writers
