"""Regions that two ranks find are those of one process."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from gloo_ranks import run_ranks
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmseg_uda.regions import fit_regions

RULE = dict(type="PatchModes", patch_size=(8, 8), num_modes=4)


class Source:
    """120 random label maps; notes which were read."""

    def __init__(self):
        self.read = []

    def __len__(self):
        return 120

    def __getitem__(self, index):
        self.read.append(index)
        rng = np.random.default_rng(index)
        labels = torch.from_numpy(rng.integers(0, 3, (1, 16, 24)))
        return {"data_samples": SegDataSample(gt_sem_seg=PixelData(data=labels))}


def find(rank, folder):
    source = Source()
    report = fit_regions(RULE, source, ("a", "b", "c"), folder)
    return source.read, report


@pytest.mark.ddp
def test_regions__two_ranks_share_the_images_and_find_the_same(tmp_path):
    _, alone = find(0, tmp_path / "one")
    (first, report), (second, other) = run_ranks(find, str(tmp_path / "two"))
    assert (len(first), len(second)) == (70, 50)  # parts of 50, 50 and 20 images
    assert sorted(first + second) == list(range(120))
    assert alone == report == other
    for name in os.listdir(tmp_path / "one"):
        ours, theirs = (Path(tmp_path, run, name) for run in ("one", "two"))
        assert ours.read_bytes() == theirs.read_bytes()
