"""A translator, its images and a segmentor that learns from them, by tools/train.py."""

import json
import sys

import cv2
import numpy as np
import pytest
import torch
from in_process import call
from toy_runs import ROOT, run, train, train_until

from mmseg_uda.weights.checkpoints import load_weights_file

CONFIG = """
_base_ = [
    "{configs}/_base_/models/deeplabv2_r101_sum_single.py",
    "{configs}/_base_/datasets/gta_to_cityscapes_whole.py",
    "{configs}/_base_/methods/bdl.py",
    "{configs}/_base_/schedules/bdl_250k.py",
    "{configs}/_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(
                _delete_=True,
                type="TranslatedDataset",
                images=dict(type="GTA5Dataset", data_root="data/gta5"),
                translated_dir=None,
                originals=True,
                pipeline=_base_.source_pipeline,
            )
        )
    )
)
stages = dict(
    translators=dict(type="TrainStage", config="translators.py"),
    translate=dict(type="TranslateStage", checkpoint="translators"),
    train=dict(type="TrainStage", translated="translate"),
)
"""
# with a history of fakes, which has to survive a kill
TRANSLATORS = """
_base_ = "{configs}/translation/cyclegan_gta.py"
pool = dict(pool_size=1)
model = dict(objectives=dict(adversarial_st=pool, adversarial_ts=pool))
"""
SHORT = [
    "toy.iters=3",
    "default_hooks.checkpoint.interval=1",
    "default_hooks.checkpoint.max_keep_ckpts=9",
    "default_hooks.logger.interval=1",
    "train_dataloader.num_workers=0",
    "train_dataloader.persistent_workers=False",
]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "augmented.py"
    path.write_text(CONFIG.format(configs=ROOT / "configs"))
    translators = TRANSLATORS.format(configs=ROOT / "configs")
    path.with_name("translators.py").write_text(translators)
    return path


def arguments(config, toy_root, work_dir, *more):
    fixed = [
        config,
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        "--work-dir",
        work_dir,
    ]
    return [str(value) for value in (*fixed, *more, "--cfg-options", *SHORT)]


@pytest.fixture(scope="module")
def uninterrupted(config, toy_root, tmp_path_factory):
    """Folder of a finished run, and what it printed."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    code, printed = train(*arguments(config, toy_root, folder))
    assert code == 0, printed
    return folder, printed


def images_of(folder):
    root = folder / "translate"
    files = sorted(path for path in root.rglob("*.png"))
    return {path.relative_to(root): path.read_bytes() for path in files}


@pytest.mark.slow
def test_train__translates_and_trains_on_both(uninterrupted, toy_root):
    folder, printed = uninterrupted
    assert "translating images: 6/6" in printed
    assert "train: source: 12 images, 12 labels" in printed
    for path in (toy_root / "gta5/images").iterdir():
        original = cv2.imread(str(path))
        translated = cv2.imread(str(folder / "translate/images" / path.name))
        assert translated.shape == original.shape
        assert np.abs(translated.astype(int) - original).mean() > 1
    pictures = list((folder / "translators").rglob("vis_image/views_*_3.png"))
    assert len(pictures) == 2
    assert "| run   | mIoU (final) |" in printed


@pytest.mark.nightly
def test_train__killed_ends_with_the_same_weights_and_images(
    config, uninterrupted, toy_root, tmp_path
):
    command = arguments(config, toy_root, tmp_path)
    train_until(tmp_path / "translators" / "iter_1.pth", *command)
    train_until(tmp_path / "translate" / "progress" / "rank0.jsonl", *command)
    code, printed = train(*command)
    assert code == 0, printed
    assert "translators: finished, skipped" in printed
    folder, _ = uninterrupted
    for file in ("translators/iter_3.pth", "train/iter_3.pth"):
        ours, theirs = (load_weights_file(run / file) for run in (tmp_path, folder))
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
        pools = [key for key in ours if key.endswith(".pool.images")]
        assert len(pools) == (2 if file.startswith("translators") else 0)
    assert images_of(tmp_path) == images_of(folder)


@pytest.mark.slow
def test_tool__two_processes_write_what_the_stage_wrote(
    config, uninterrupted, toy_root, tmp_path, monkeypatch, capsys
):
    folder, _ = uninterrupted
    tool = "tools/translate_dataset.py"
    given = [config, folder / "translators/iter_3.pth", "--out", tmp_path / "translate"]
    given += [
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        "--device=cpu",
        "--num-workers=0",
    ]
    assert call(monkeypatch, tool, *given, "--generator=g_no") == 1
    assert "0 of them have heads.g_no: say with --stage" in capsys.readouterr().err
    launch = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    command = [ROOT / tool, *given, "--launcher=pytorch"]
    code, printed = run(sys.executable, *launch, *command)
    assert code == 0, printed
    assert "6 images" in printed
    assert images_of(tmp_path) == images_of(folder)
    manifest = json.loads((tmp_path / "translate/translated.json").read_text())
    theirs = json.loads((folder / "translate/translated.json").read_text())
    assert manifest["images_jsonl_sha256"] == theirs["images_jsonl_sha256"]
