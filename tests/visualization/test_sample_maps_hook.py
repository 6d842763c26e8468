"""The hook that draws while a model trains: when, what, and without a trace."""

import logging
import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.registry import HOOKS
from one_image import build_model, one_image
from PIL import Image

from mmseg_uda.engine.hooks import SampleMapsHook


class Pictures:
    """A visualizer that keeps what it is given."""

    def __init__(self):
        self.steps = []
        self.images = []

    def add_image(self, name, image, step):
        self.steps.append((name, step))
        self.images.append(image)


class Validation:
    """Images under their numbers; loading one draws random numbers of every kind."""

    def __init__(self, folder, count=5):
        self.folder, self.count = folder, count
        for index in range(count):
            Image.new("RGB", (64, 48)).save(folder / f"{index}.png")

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        random.random(), np.random.rand(), torch.rand(1)  # noqa: NPY002
        if index >= self.count:
            raise IndexError(index)
        data = one_image()
        (sample,) = data["data_samples"]
        sample.set_metainfo(dict(img_path=str(self.folder / f"{index}.png")))
        return dict(inputs=data["inputs"][0], data_samples=sample)


@pytest.fixture
def runner(tmp_path):
    return SimpleNamespace(
        model=build_model().train(),
        val_loop=object(),
        val_dataloader=SimpleNamespace(dataset=Validation(tmp_path)),
        visualizer=Pictures(),
        logger=logging.getLogger("test"),
        cfg=Config({}),
        iter=0,
        max_iters=7,
        train_loop=SimpleNamespace(max_iters=7),
    )


def iterate(hook, runner, length=7):
    for runner.iter in range(length):
        hook.after_train_iter(runner, 0)


def test_hook__draws_every_so_often_and_at_the_end(runner):
    hook = HOOKS.build(
        dict(type="SampleMapsHook", interval_iters=3, num_images=3, draws=0)
    )
    hook.before_train(runner)
    iterate(hook, runner)
    names = ["maps_0_0", "maps_2_2", "maps_4_4"]
    expected = [(name, step) for step in (3, 6, 7) for name in names]
    assert runner.visualizer.steps == expected
    assert {image.dtype for image in runner.visualizer.images} == {np.dtype("uint8")}
    # nothing has been trained, and the noise is the same: nor have pictures changed
    first, last = runner.visualizer.images[0], runner.visualizer.images[6]
    np.testing.assert_array_equal(first, last)


def test_hook__leaves_no_trace_in_the_training(runner):
    model = runner.model
    model.segmentor.backbone.layer1.eval()
    modes = {module: module.training for module in model.modules()}
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    states = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    torch_state = torch.get_rng_state()
    iterate(SampleMapsHook(interval_iters=1, num_images=1, draws=1), runner, length=1)
    assert len(runner.visualizer.images) == 1
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert {module: module.training for module in model.modules()} == modes
    assert all(torch.equal(weights[k], v) for k, v in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_hook__only_rank_zero_draws(runner, monkeypatch):
    monkeypatch.setattr("mmengine.dist.utils.is_main_process", lambda *_: False)
    iterate(SampleMapsHook(interval_iters=1), runner)
    assert runner.visualizer.steps == []


def test_hook__numbers_that_are_not_finite_cost_a_picture_not_the_run(runner, caplog):
    with torch.no_grad():
        next(runner.model.segmentor.decode_head.parameters()).fill_(float("nan"))
    iterate(SampleMapsHook(interval_iters=7, num_images=1, draws=0), runner)
    assert runner.visualizer.steps == []
    assert "no picture of" in caplog.text


def test_hook__without_validation_data(runner):
    runner.val_loop = None
    with pytest.raises(ValueError, match="has no val_dataloader"):
        SampleMapsHook().before_train(runner)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (dict(interval_iters=0), "interval_iters must be a whole number >= 1, got 0"),
        (dict(num_images=1.5), "num_images must be a whole number >= 1, got 1.5"),
        (dict(draws=-1), "draws must be a whole number >= 0"),
        (dict(noise=dict(kind="uniform")), "unknown noise kind 'uniform'"),
    ],
)
def test_hook__settings_out_of_range(settings, said):
    with pytest.raises(ValueError, match=said):
        SampleMapsHook(**settings)
