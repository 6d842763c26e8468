"""train.py --tensorboard: curves and pictures, and the weights of a run without."""

import shutil

import pytest
import torch
from helpers import on_toycity
from in_process import ROOT, call
from mmengine.config import Config
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks import parts

TOOL = "tools/train.py"
# noise, dropout and batch norm: whatever a picture could disturb
CONFIG = ROOT / "configs" / "lcda" / "lcda_gta.py"
SHORT = [
    "toy.iters=2",
    "default_hooks.checkpoint.interval=1",
    "default_hooks.checkpoint.max_keep_ckpts=-1",
    "default_hooks.logger.interval=1",
    "train_cfg.val_interval=2",
    "train_dataloader.num_workers=0",
    "train_dataloader.persistent_workers=False",
    "val_dataloader.num_workers=0",
    "val_dataloader.persistent_workers=False",
]
DRAWN = [
    "default_hooks.sample_maps.interval_iters=1",
    "default_hooks.sample_maps.num_images=1",
    "default_hooks.sample_maps.draws=1",
]


@pytest.fixture
def train(monkeypatch, toy_root):
    """Run the tool; returns the folder of the stage."""

    def run(work_dir, *flags, more=()):
        toy = (
            "--toy",
            "--toy-network=random",
            "--toy-root",
            toy_root,
            "--device=cpu",
            "--work-dir",
            work_dir,
        )
        options = ("--cfg-options", *SHORT, *more)
        assert call(monkeypatch, TOOL, CONFIG, *toy, *flags, *options) == 0
        return work_dir / "train"

    return run


def weights(folder):
    file = torch.load(folder / "iter_2.pth", weights_only=False)
    return file["state_dict"]


def same(first, second):
    return all(torch.equal(first[key], second[key]) for key in first | second)


@pytest.mark.slow
def test_train__curves_and_pictures_do_not_change_the_weights(train, tmp_path):
    plain = train(tmp_path / "plain")
    assert not list(plain.rglob("events.out*"))
    drawn = train(tmp_path / "drawn", "--tensorboard", more=DRAWN)
    assert same(weights(plain), weights(drawn))
    (event_file,) = drawn.rglob("events.out.tfevents*")
    events = EventAccumulator(str(event_file.parent)).Reload()
    (tag,) = events.Tags()["images"]
    assert tag.startswith("maps_0_")
    assert [event.step for event in events.Images(tag)] == [1, 2]
    assert [event.step for event in events.Scalars("loss")] == [1, 2]
    assert [event.step for event in events.Scalars("mIoU")] == [2]
    assert "lipschitz.loss_decode" in events.Tags()["scalars"]
    # the local backend goes on as before
    local = event_file.parent
    assert (local / "scalars.json").is_file()
    names = [f"{tag}_{step}.png" for step in (1, 2)]
    assert sorted(p.name for p in (local / "vis_image").iterdir()) == names
    # killed after its first iteration, resumed with pictures: the same again
    resumed = tmp_path / "resumed" / "train"
    shutil.copytree(drawn, resumed)
    for name in ("iter_2.pth", "done.json"):
        (resumed / name).unlink()
    train(tmp_path / "resumed", "--tensorboard", more=DRAWN)
    assert same(weights(plain), weights(resumed))


def test_tensorboard__is_added_to_what_the_config_has():
    cfg = stage_config(Request(CONFIG, tensorboard=True))
    kinds = [backend["type"] for backend in cfg.visualizer.vis_backends]
    assert kinds == ["LocalVisBackend", "TensorboardVisBackend"]
    assert cfg.default_hooks.sample_maps.interval_iters == 5000
    assert [hook["type"] for hook in cfg.custom_hooks] == [
        "IterationSeedHook",
        "ResultHook",
    ]
    plain = stage_config(Request(CONFIG))
    assert "sample_maps" not in plain.default_hooks
    assert len(plain.visualizer.vis_backends) == 1


def test_tensorboard__toy_scales_the_interval_and_options_come_last():
    cfg = stage_config(Request(CONFIG, tensorboard=True, **on_toycity()))
    assert (
        cfg.default_hooks.sample_maps.interval_iters == 150
    )  # of 1200, as 5000 of 40k
    options = {"default_hooks.sample_maps.interval_iters": 7}
    request = Request(CONFIG, tensorboard=True, **on_toycity(), options=options)
    assert stage_config(request).default_hooks.sample_maps.interval_iters == 7


def test_tensorboard__no_pictures_without_validation_data(tmp_path):
    child = tmp_path / "child.py"
    child.write_text(f"_base_ = '{CONFIG}'\nval_dataloader = None\n")
    cfg = stage_config(Request(child, tensorboard=True))
    assert "sample_maps" not in cfg.default_hooks
    assert len(cfg.visualizer.vis_backends) == 2


def test_train__tensorboard_that_is_not_installed(
    monkeypatch, toy_root, tmp_path, capsys
):
    monkeypatch.setattr(parts, "find_spec", lambda _: None)
    toy = (
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        "--work-dir",
        tmp_path / "run",
    )
    assert call(monkeypatch, TOOL, CONFIG, *toy, "--tensorboard") == 1
    assert "pip install tensorboard" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def stage_config(request) -> Config:
    resolver = Resolver(request)
    return resolver.stage_config(resolver.stages[-1])
