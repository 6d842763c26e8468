"""Pictures: colours by hand, layout, and maps of one image."""

import dataclasses

import numpy as np
import pytest
from one_image import build_model, one_image

from mmseg_uda.visualization import (
    Tile,
    class_legend,
    colorize_labels,
    draw_sheet,
    heat_map,
    panel_sheet,
    panels,
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
    assert draw_sheet([tile] * 3, 2, 40, [legend]).shape[0] > sheet.shape[0]


def test_draw_sheet__nothing_to_draw():
    with pytest.raises(ValueError, match="at least one picture"):
        draw_sheet([])


def test_sample_maps__a_bound_that_was_not_found():
    model = build_model(eps="auto")
    for noise in (None, dict(kind="sign")):
        with pytest.raises(ValueError, match=r"eps='auto'.*hold no bound.*--eps"):
            sample_maps(model, one_image(), draws=0, noise=noise)
    assert sample_maps(model, one_image(), 0, noise=dict(eps=2.0)).noise.eps == 2
    model.maps["lipschitz"].set_eps(0.5)
    assert sample_maps(model, one_image(), draws=0).noise.eps == 0.5


def test_sample_maps__ranges_and_sizes():
    maps = sample_maps(build_model(), one_image(), draws=2)
    drawn = (maps.labels, maps.confidence, maps.variance, maps.lipschitz)
    assert {values.shape for values in drawn} == {(48, 64)}
    assert 1 / 5 <= maps.confidence.min() <= maps.confidence.max() <= 1
    assert 0 <= maps.variance.min() < maps.variance.max() <= 1
    assert 0 <= maps.lipschitz.min() < maps.lipschitz.max()
    assert (maps.unit, maps.noise.eps, maps.draws) == ("nats", 2.0, 2)
    assert sample_maps(build_model(), one_image(), draws=0).variance is None


def test_panels__names_scales_and_sheet():
    maps = sample_maps(build_model(), one_image(), draws=2)
    image, palette = np.zeros((48, 64, 3), np.uint8), [[9, 9, c] for c in range(5)]
    truth = maps.labels.copy()
    truth[:24] = 255
    truth[24:36] = (truth[24:36] + 1) % 5
    drawn = panels(image, maps, palette, truth)
    names = ["image", "truth", "semantic", "confidence", "variance", "lipschitz"]
    assert list(drawn) == names
    assert "50% of pixels right" in drawn["semantic"].caption
    # one scale for every image, or pictures could not be compared
    for name, values in (("confidence", maps.confidence), ("variance", maps.variance)):
        assert "0 to 1" in drawn[name].caption
        assert (drawn[name].image == heat_map(values, 0, 1)).all()
    without = dataclasses.replace(maps, variance=None)
    assert list(panels(image, without, palette)) == [
        name for name in names if name not in ("truth", "variance")
    ]
    sheet = panel_sheet(drawn, maps, list("abcde"), palette, tile_width=384)
    twice = panel_sheet(drawn, maps, list("abcde"), palette, tile_width=768)
    assert abs(twice.shape[0] / sheet.shape[0] - 2) < 0.1  # letters grow too
