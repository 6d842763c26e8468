"""Pictures: colours by hand, layout, and maps of one image."""

import numpy as np
import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS

from mmseg_uda.visualization import (
    Tile,
    class_legend,
    colorize_labels,
    draw_sheet,
    heat_map,
    sample_maps,
)

PALETTE = [(255, 0, 0), (0, 255, 0)]


def test_colorize_labels__by_hand():
    colors = colorize_labels(np.array([[0, 1, 255]]), PALETTE)
    assert colors.tolist() == [[[255, 0, 0], [0, 255, 0], [0, 0, 0]]]


def test_heat_map__brighter_is_more():
    heat = heat_map(np.array([[0.0, 0.5, 1.0, 2.0]]), 0, 1).sum(axis=2)[0]
    assert heat[0] < heat[1] < heat[2] == heat[3]


def test_heat_map__constant_map_is_one_colour():
    assert len(np.unique(heat_map(np.full((2, 3), 0.7)).reshape(-1, 3), axis=0)) == 1


def test_draw_sheet__lays_rows_out():
    tile = Tile("red", np.full((10, 20, 3), (255, 0, 0), np.uint8))
    sheet = draw_sheet([tile] * 3, columns=2, tile_width=40)
    red = (sheet == (255, 0, 0)).all(axis=2)
    assert red.sum() == 3 * 40 * 20
    two = draw_sheet([tile] * 2, columns=2, tile_width=40)
    assert sheet.shape[1] == two.shape[1]
    assert sheet.shape[0] > two.shape[0]
    legend = class_legend(["a", "b"], PALETTE, width=sheet.shape[1] - 16)
    assert draw_sheet([tile] * 3, 2, 40, legend).shape[0] > sheet.shape[0]


def test_draw_sheet__nothing_to_draw():
    with pytest.raises(ValueError, match="at least one picture"):
        draw_sheet([])


def test_sample_maps__ranges_and_sizes():
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
            segmentor=tiny_segmentor(),
            maps=dict(lipschitz=dict(type="LipschitzMap", noise=dict(eps=2.0))),
            objectives=dict(
                source=dict(type="Supervised", loss_weight=dict(decode=1.0, aux=0.5)),
                lipschitz=dict(type="MinimizeMap", map="lipschitz"),
            ),
        )
    ).eval()
    image = (127 + 60 * make_batch(num_images=1)[0]["target"][0]).clamp(0, 255)
    (sample,) = make_batch(num_images=1)[1]["target"]
    shape = dict(ori_shape=(48, 64), img_shape=(24, 32), pad_shape=(24, 32))
    sample.set_metainfo(shape)
    data = dict(inputs=[image.to(torch.uint8)], data_samples=[sample])
    maps = sample_maps(model, data)
    assert (
        maps.labels.shape == maps.confidence.shape == maps.lipschitz.shape == (48, 64)
    )
    assert 1 / 5 <= maps.confidence.min() <= maps.confidence.max() <= 1
    assert 0 <= maps.lipschitz.min() < maps.lipschitz.max()
