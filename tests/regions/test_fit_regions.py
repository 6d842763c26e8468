"""Finding kinds of patches: the same again, after a kill, and in bounded memory."""

import json
import tracemalloc

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmseg_uda.regions import FittedRegions, HogClusters, fit_regions
from mmseg_uda.regions.fit import fit_drawn

CLASSES = ("a", "b", "c")
RULE = dict(type="PatchModes", patch_size=(8, 8), num_modes=6, max_patches=600)


class Source:
    """Label maps of blocks, drawn on the fly from the index and mmcv's generator."""

    def __init__(self, count, dies_at=None, blank=False):
        self.count, self.dies_at, self.blank = count, dies_at, blank
        self.read = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if len(self.read) == self.dies_at:
            raise KeyboardInterrupt
        self.read.append(index)
        rng = np.random.default_rng(index)
        blocks = rng.integers(0, 3, (8, 12)).repeat(4, 0).repeat(4, 1)
        blocks[:, : np.random.randint(8)] = 255  # noqa: NPY002 - what a pipeline draws
        labels = torch.from_numpy(blocks)[None]
        if self.blank:
            labels = torch.full_like(labels, 255)
        sample = SegDataSample(gt_sem_seg=PixelData(data=labels))
        return {"inputs": None, "data_samples": sample}


def fit(source, folder, seed=0, **changes):
    return fit_regions({**RULE, **changes}, source, CLASSES, folder, seed)


def files(folder):
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_fit__is_the_same_again_and_differs_by_seed(tmp_path):
    for name in ("one", "two"):
        np.random.seed(ord(name[0]))  # noqa: NPY002 - must not matter
        fit(Source(20), tmp_path / name)
    fit(Source(20), tmp_path / "other", seed=1)
    assert set(files(tmp_path / "one")) == {"regions.npz", "regions.json"}
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert files(tmp_path / "one") != files(tmp_path / "other")


def test_fit__goes_on_where_it_was_killed(tmp_path):
    whole, killed = Source(130), Source(130, dies_at=70)
    fit(whole, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(killed, tmp_path / "killed")
    assert list(files(tmp_path / "killed")) == ["000000.npz"]
    (tmp_path / "killed" / "parts" / ".000050.npz.1.tmp").write_text("cut off")
    rest = Source(130)
    fit(rest, tmp_path / "killed")
    assert len(rest.read) == 80
    assert killed.read[:50] + rest.read == whole.read
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_fit__report_counts_what_was_read(tmp_path):
    report = fit(Source(30), tmp_path, max_images=10)
    assert report == json.loads((tmp_path / "regions.json").read_text())
    assert report["images"] == 10
    assert report["patches"] == 10 * 4 * 6
    share = report["patches_ignored"] / 240
    assert report["share_ignored"] == pytest.approx(share, abs=1e-6)
    assert 0 < report["patches_ignored"] < 40  # at most one column of four an image
    assert (
        report["patches_fitted"]
        == sum(report["sizes"])
        == 240 - report["patches_ignored"]
    )
    assert report["sizes"] == sorted(report["sizes"], reverse=True)


def test_fit__takes_equally_many_patches_of_each_image(tmp_path):
    report = fit(Source(60), tmp_path, max_patches=120)
    assert report["images"] == 60
    assert report["patches_fitted"] == 120


def test_fit__memory_does_not_grow_with_the_number_of_images(tmp_path):
    def peak(count):
        tracemalloc.start()
        fit(Source(count), tmp_path / str(count), max_patches=200)
        _, high = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return high

    peak(20)  # what is imported once does not count
    assert peak(600) < 1.2 * peak(60)


def test_fit__nothing_labelled(tmp_path):
    with pytest.raises(ValueError, match="none of the 24 patches of 1 images"):
        fit(Source(1, blank=True), tmp_path)
    assert not (tmp_path / "regions.json").exists()


def test_fit_drawn__a_single_class_everywhere_is_not_too_few_labels():
    counts = dict(images=2, patches=24, patches_ignored=24, patches_unlabelled=4)
    with pytest.raises(
        ValueError, match=r"20 of the 24 .* show a single class"
    ) as said:
        fit_drawn(HogClusters(), np.zeros((0, 5), np.float32), counts, seed=0)
    assert "min_labelled" not in str(said.value)


@pytest.mark.parametrize("damage", ["cut", "pickle", "no_report", "no_rule"])
def test_fitted__refuses_what_is_not_whole(tmp_path, damage):
    fit(Source(20), tmp_path)
    arrays, report = tmp_path / "regions.npz", tmp_path / "regions.json"
    if damage == "cut":
        arrays.write_bytes(arrays.read_bytes()[:60])
    elif damage == "pickle":
        np.savez(arrays, centres=np.array([{"a": 1}], dtype=object))
    elif damage == "no_rule":
        report.write_text('{"classes": []}')
    else:
        report.unlink()
    error = FileNotFoundError if damage == "no_report" else ValueError
    with pytest.raises(error, match=tmp_path.name):
        FittedRegions(tmp_path)
