"""A folder of small labels."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

CLASSES = ["a", "b", "c"]


def draw(root, count):
    """Scenes of two blocks on a ground, in sub-folders, with a few ignored pixels."""
    for index in range(count):
        rng = np.random.default_rng(index)
        labels = np.zeros((40, 60), np.uint8)
        labels[rng.integers(12, 30) :] = 1
        for _ in range(2):
            top, left = rng.integers(0, 24), rng.integers(0, 44)
            labels[top : top + 12, left : left + 10] = 2
        labels[:4, :9] = 255
        for name in ("images", "labels"):
            path = root / name / f"part_{index % 2}" / f"{index:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(labels).save(path)


@pytest.fixture(scope="session")
def labels_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("labelled")
    draw(root, 30)
    return root


@pytest.fixture
def build(labels_root):
    """Builds the data set, or its first images, with a pipeline."""

    def dataset(indices=None, pipeline=()):
        palette = [[200, 0, 0], [0, 200, 0], [0, 0, 200]]
        return DATASETS.build(
            dict(
                type="LabelledFolder",
                data_root=str(labels_root),
                metainfo=dict(classes=CLASSES, palette=palette),
                indices=indices,
                pipeline=list(pipeline),
            )
        )

    return dataset
