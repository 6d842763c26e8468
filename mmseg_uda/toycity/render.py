"""Draws a described scene to an image and its label map."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .buildings import draw_block, draw_skyline
from .canvas import Canvas
from .furniture import draw_furniture
from .ground import draw_ground, draw_shadows, draw_sky
from .labels import INSTANCE_SHIFT, LABEL_IDS
from .layouts import LAYOUTS
from .looks import Look
from .palettes import LOOKS
from .people import draw_cycle, draw_person
from .scene import Item, Scene
from .sensor import expose
from .traffic import sample_scene
from .vehicles import draw_vehicle

#: Drawn this many times larger, then averaged: soft edges from hard-edged drawing.
_OVERSAMPLING = 3
#: How far things reach around their place, in metres, where that is more than 3.
_REACH = {
    "car": 3.5,
    "truck": 5.0,
    "bus": 7.0,
    "tram": 14.0,
    "tree": 4.0,
    "signal": 5.0,
}
_DOMAIN_SEEDS = {"gta5": 1, "synthia": 2, "cityscapes": 3}
_SPLIT_SEEDS = {"train": 0, "val": 1}


@dataclass(frozen=True)
class Drawing:
    """A finished picture: image (H, W, 3) uint8 RGB, ids and instances (H, W)."""

    image: np.ndarray
    ids: np.ndarray
    instances: np.ndarray


def _draw_item(canvas: Canvas, item: Item) -> None:
    if item.kind in ("car", "van", "truck", "bus", "tram"):
        draw_vehicle(canvas, item)
    elif item.kind == "person":
        draw_person(canvas, item)
    elif item.kind.endswith("cycle"):
        draw_cycle(canvas, item)
    else:
        draw_furniture(canvas, item)


def _draw_hood(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw the own car's bonnet at the lower edge."""
    width, height = canvas.camera.width, canvas.camera.height
    colour = canvas.look.pick(rng, "hood")
    label = LABEL_IDS["ego vehicle"]
    for inset, gain in ((0.0, 1.0), (0.012, 0.8)):
        x = np.linspace(-0.05, 1.05, 30)
        y = 0.925 + inset + 0.09 * np.abs(2 * x - 1) ** 3
        edge = np.stack([x * width, y * height], -1)
        corners = [[1.05 * width, 1.1 * height], [-0.05 * width, 1.1 * height]]
        shape = np.concatenate([edge, corners])
        canvas.fill([shape], tuple(c * gain for c in colour), label, 0.0)


def render(scene: Scene, look: Look) -> Drawing:
    """Draw a scene in a look; equal inputs give equal pixels."""
    size = (scene.camera.width, scene.camera.height)
    large = replace(
        scene.camera, width=size[0] * _OVERSAMPLING, height=size[1] * _OVERSAMPLING
    )
    canvas = Canvas(large, look, scene.sun)
    paint, sensor = (np.random.default_rng([scene.seed, i]) for i in range(2))
    draw_sky(canvas, paint)
    draw_ground(canvas, paint, scene)
    draw_shadows(canvas, scene)
    draw_skyline(canvas, paint, scene)
    for block in sorted(scene.blocks, key=lambda b: -b.near):
        draw_block(canvas, block)
    for item in sorted(scene.items, key=lambda i: -large.depth(i.x, i.z)):
        if large.sees(item.x, item.z, _REACH.get(item.kind, 3.0)):
            _draw_item(canvas, item)
    if scene.hood:
        _draw_hood(canvas, paint)
    middle = _OVERSAMPLING // 2
    values = canvas.labels[middle::_OVERSAMPLING, middle::_OVERSAMPLING]
    ids = (values & ((1 << INSTANCE_SHIFT) - 1)).astype(np.uint8)
    image = cv2.resize(canvas.image, size, interpolation=cv2.INTER_AREA)
    image = expose(sensor, look, image, ids)
    return Drawing(image, ids, values >> INSTANCE_SHIFT)


def draw_picture(
    seed: int, domain: str, split: str, index: int, size: tuple[int, int]
) -> Drawing:
    """Draw picture ``index`` of a split; a function of its arguments and no more.

    Args:
        seed: Seed of the whole benchmark.
        domain: ``'gta5'``, ``'synthia'`` or ``'cityscapes'``.
        split: ``'train'`` or ``'val'``.
        index: Number of the picture, from 0.
        size: (width, height) in pixels.
    """
    key = [seed, _DOMAIN_SEEDS[domain], _SPLIT_SEEDS[split], index]
    scene = sample_scene(np.random.default_rng(key), LAYOUTS[domain], *size)
    return render(scene, LOOKS[domain])
