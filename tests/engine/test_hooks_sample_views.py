"""The hook that draws views of training images: when, what, and without a trace."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from helpers import tiny_segmentor
from mmengine.structures import BaseDataElement
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.datasets import MultiDomainDataset
from mmseg_uda.engine.hooks import SampleViewsHook

ROWS = [("source", "source_as_target"), ("target", "target")]
GREY, DARK = 200, 40  # the images of source and target


class Images:
    """Images of one brightness; loading one draws random numbers."""

    metainfo = {}  # noqa: RUF012

    def __init__(self, domain, brightness):
        self.domain, self.brightness = domain, brightness
        self.loaded = []

    def full_init(self):
        pass

    def __len__(self):
        return 4

    def __getitem__(self, index):
        self.loaded.append((index, torch.rand(1).item()))
        image = torch.full((3, 16, 24), self.brightness, dtype=torch.uint8)
        sample = BaseDataElement(metainfo={"domain": self.domain})
        return {"inputs": image, "data_samples": sample}


class Domains(MultiDomainDataset):
    """Two domains without files."""

    def __init__(self):
        self.datasets = dict(
            source=Images("source", GREY), target=Images("target", DARK)
        )
        self.full_init()

    def __getitem__(self, index):
        name, inner = self.locate(index)
        return self.datasets[name][inner]


class Negative(torch.nn.Module):
    """Stands in for a translator."""

    def forward(self, images):
        return -images


@pytest.fixture
def runner():
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(),
            data_preprocessor=dict(
                type="MultiDomainDataPreProcessor",
                mean=[100.0] * 3,
                std=[50.0] * 3,
                bgr_to_rgb=True,
            ),
            heads=dict(g=dict(type="ResNetGenerator", channels=4, num_blocks=1)),
            views=dict(
                source=dict(type="DomainView", domain="source"),
                target=dict(type="DomainView", domain="target"),
                source_as_target=dict(type="TranslatedView", of="source", through="g"),
            ),
            objectives=dict(
                same=dict(
                    type="ImageReconstruction", on="source_as_target", of="source"
                )
            ),
            frozen=["segmentor"],
        )
    ).train()
    model.heads["g"] = Negative()
    pictures = []
    return SimpleNamespace(
        model=model,
        train_dataloader=SimpleNamespace(dataset=Domains()),
        visualizer=SimpleNamespace(add_image=lambda *args: pictures.append(args)),
        pictures=pictures,
        iter=0,
        max_iters=5,
    )


def train(runner, hook):
    hook.before_train(runner)
    for iteration in range(runner.max_iters):
        runner.iter = iteration
        hook.after_train_iter(runner, iteration)


def test_hook__draws_views_every_so_often_and_at_the_end(runner):
    train(runner, SampleViewsHook(ROWS, interval_iters=2, tile_width=64))
    drawn = [(name, step) for name, _, step in runner.pictures]
    assert drawn == [(f"views_{n}", step) for step in (2, 4, 5) for n in (0, 1)]
    sheet = runner.pictures[0][1]
    tile = round(64 * 16 / 24)
    # a gap of 8 pixels, a caption of 20, then the tiles, 8 pixels apart
    middles = [sheet[28 + tile // 2, 8 + 32 + column * 72] for column in (0, 1)]
    assert middles[0].tolist() == [GREY] * 3
    assert middles[1].tolist() == [255 - GREY] * 3  # translated: the negative
    second = sheet[28 + tile + 28 + tile // 2, 8 + 32]
    assert second.tolist() == [DARK] * 3


def test_hook__draws_the_same_images_in_the_same_crops(runner):
    train(runner, SampleViewsHook(ROWS, interval_iters=2, tile_width=64))
    loaded = runner.train_dataloader.dataset.datasets["source"].loaded
    assert [index for index, _ in loaded] == [0, 2] * 3
    assert loaded[:2] == loaded[2:4] == loaded[4:]


def test_hook__leaves_no_trace_in_the_training(runner):
    runner.model.eval()
    runner.model.heads.train()
    modes = [module.training for module in runner.model.modules()]
    weights = copy.deepcopy(runner.model.state_dict())
    states = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    SampleViewsHook(ROWS, interval_iters=1, tile_width=64).after_train_iter(runner, 0)
    assert len(runner.pictures) == 2
    assert [module.training for module in runner.model.modules()] == modes
    assert_close(dict(runner.model.state_dict()), dict(weights), rtol=0, atol=0)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002


def test_hook__names_a_view_that_is_not_there(runner):
    hook = SampleViewsHook([("source", "source_again")])
    with pytest.raises(ValueError, match="'source_again'; the model has source, "):
        hook.before_train(runner)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(rows=[]), "rows must name views"),
        (dict(rows=[("a", "b"), ("c",)]), "as many in each row"),
        (dict(rows=ROWS, interval_iters=0), "interval_iters must be a whole number"),
        (dict(rows=ROWS, num_images=0.5), "num_images must be a whole number >= 1"),
    ],
)
def test_hook__settings_out_of_range(options, said):
    with pytest.raises(ValueError, match=said):
        SampleViewsHook(**options)
