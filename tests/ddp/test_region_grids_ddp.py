"""Region labels that two ranks make are those of one process."""

from pathlib import Path

import numpy as np
import pytest
from gloo_ranks import run_ranks
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.regions.grids import make_region_labels
from mmseg_uda.regions.grids.region_work import RegionWork

RULE = dict(type="HogClusters", patch_size=(4, 8), eps=0.3, min_samples=4)


def draw(root):
    for index in range(60):
        rng = np.random.default_rng(index)
        labels = np.zeros((16, 24), np.uint8)
        labels[rng.integers(2, 14) :] = 1
        labels[:, rng.integers(2, 22) :] = 2
        for name in ("images", "labels"):
            (root / name).mkdir(exist_ok=True)
            Image.fromarray(labels).save(root / name / f"{index:02d}.png")


def make(rank, root, out):
    meta = dict(classes=["a", "b", "c"], palette=[[0] * 3, [1] * 3, [2] * 3])
    data = dict(type="LabelledFolder", data_root=root, metainfo=meta)
    labelled, real = [], RegionWork.label_image
    RegionWork.label_image = lambda work, job: labelled.append(job) or real(work, job)
    try:
        report = make_region_labels(
            {"small": RULE}, DATASETS.build(data), (24, 16), out, workers=1
        )
    finally:
        RegionWork.label_image = real
    return labelled, report


@pytest.mark.ddp
def test_region_labels__two_ranks_share_the_images(tmp_path):
    draw(tmp_path)
    alone, report = make(0, str(tmp_path), str(tmp_path / "one"))
    (first, ours), (second, theirs) = run_ranks(
        make, str(tmp_path), str(tmp_path / "two")
    )
    assert report == ours == theirs
    assert (first, second) == (alone[::2], alone[1::2])
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in Path(f).rglob("*") if p.is_file()}
        for f in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    assert len(one) == 60 + 5
