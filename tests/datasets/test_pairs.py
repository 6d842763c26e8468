"""The shipped pairs of data sets, checked on drawn downloads."""

from functools import cache
from pathlib import Path

import pytest
from in_process import call
from mmengine.config import Config
from mmseg.registry import DATASETS
from named_downloads import draw
from resolved import resolved

from mmseg_uda.datasets.named import TABLE
from mmseg_uda.stages import Request, Resolver

CONFIGS = Path(__file__).parents[2] / "configs"
PAIRS = sorted(
    path
    for folder in ("street", "aerial", "retina")
    for path in (CONFIGS / folder).glob("mrnet_lcrf_*.py")
)
# (width, height), (height, width), images of each domain, lengths of the two stages
SETTINGS = {
    "street": ((1024, 576), (512, 1024), 2, (25000, 40000)),
    "aerial": ((1024, 1024), (512, 512), 8, (10000, 10000)),
    "retina": ((1168, 1168), (512, 512), 2, (4000, 4000)),
}
METHODS = ("source_only", "statistics", "lcda_lcrf", "mrnet_lcrf")


@cache
def own(path):
    return Config.fromfile(path).own


def download(root, dataset):
    """Draw the download that a data set of a pair reads; enough of its images."""
    entry = TABLE[dataset.name]
    which = (dataset.get("split", "train"), dataset.get("part"))
    whole = entry.counts["train"] if "indices" in dataset else 4
    draw(root, entry, *which, count=whole, cell=(64, 16))


def test_pairs__all_are_there_with_all_methods():
    assert len(PAIRS) == 10
    for path in PAIRS:
        pair = path.stem.removeprefix("mrnet_lcrf_")
        for method in METHODS:
            text = path.with_name(f"{method}_{pair}.py").read_text()
            _, *lines = (
                path.read_text().replace("mrnet_lcrf.py", f"{method}.py").split("\n")
            )
            assert text.split("\n")[1:] == lines


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_pairs__have_the_settings_of_their_pages(path):
    scale, crop, images, lengths = SETTINGS[path.parent.name]
    if "mapillary" in path.stem:
        scale = (1024, 768)
    run = Resolver(Request(path))
    stages = [run.stage_config(stage) for stage in run.stages if stage.trains]
    assert tuple(cfg.train_cfg.max_iters for cfg in stages) == lengths
    for cfg in stages:
        loader = cfg.train_dataloader
        assert dict(loader.sampler.samples_per_domain) == dict(
            source=images, target=images
        )
        for domain in filter(None, loader.dataset.domains.values()):
            steps = {step.type: step for step in domain.pipeline}
            assert steps["RandomResize"].scale == scale
            assert steps["DiverseCrop"].crop_size == crop
        assert cfg.val_dataloader.dataset.pipeline[1].scale == scale


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_pairs__are_read_as_downloaded(path, tmp_path, gta5_root, monkeypatch, capsys):
    pair, source = own(path), tmp_path / "a"
    if pair.source.type == "GTA5Dataset":
        source = gta5_root
    else:
        download(source, pair.source)
    target = source if "loveda" in path.stem else tmp_path / "b"
    for dataset in (pair.target, pair.val):
        download(target, dataset)
    roots = ("--source-root", source, "--target-root", target)
    assert call(monkeypatch, "tools/check_data.py", path, *roots) == 0
    rows = [line.split("|") for line in capsys.readouterr().out.splitlines()]
    labels = {row[3].strip(): row[5].strip() for row in rows if len(row) > 5}
    assert labels["target"] == "0"
    assert int(labels["source"]) > 0
    assert int(labels[pair.val.type]) > 0


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_pairs__score_what_they_do_not_train_on(path, tmp_path):
    pair = own(path)
    for dataset in (pair.target, pair.val):
        download(tmp_path, dataset)
    cfg = resolved(path, target_root=str(tmp_path))
    trained = cfg.train_dataloader.dataset.domains.target.images
    assert trained.data_root == cfg.val_dataloader.dataset.data_root == str(tmp_path)
    files = [
        {data.get_data_info(i)["img_path"] for i in range(len(data))}
        for data in map(DATASETS.build, (trained, cfg.val_dataloader.dataset))
    ]
    assert all(files)
    assert not files[0] & files[1]
