"""Two small data sets in two looks each: vessels of an eye, and fields from above.

Usage: ``python docs/benchmarks/small_sets_draw.py FOLDER``. Drawn from fixed seeds, in
the layout that a person would have: ``SET/a/images`` and ``SET/a/labels`` (24 of them),
``SET/b`` (24 images of the other look), ``SET/c/images`` and ``SET/c/labels`` (12 of
that look, for scores alone).
"""

import sys
from pathlib import Path

import cv2
import numpy as np

COUNTS = {"a": 24, "b": 24, "c": 12}
FIELDS = ("field", "road", "building", "trees")


def vessels(rng: np.random.Generator, foreign: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return an image (H, W, 3), BGR, of a retina and its vessels, 0 and 255."""
    height, width = (210, 260) if foreign else (192, 192)
    label = np.zeros((height, width), np.uint8)
    start = np.array([rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height])
    for angle in rng.uniform(0, 2 * np.pi, 7):
        _grow(label, rng, start, angle, rng.uniform(3, 5))
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x - width / 2) / width, (y - height / 2) / height)
    colour = (70, 150, 110) if foreign else (45, 75, 185)
    contrast = 0.65 if foreign else 0.55
    shade = 1 - (0.6 if foreign else 0.4) * radius + 0.15 * _clouds(rng, label.shape, 5)
    image = np.array(colour) * shade[..., None]
    image *= (
        1 - (1 - contrast) * cv2.GaussianBlur(label / 255.0, (0, 0), 0.8)[..., None]
    )
    image += 12 * _clouds(rng, label.shape, 30)[..., None]
    return _taken(rng, image, 0.9 if foreign else 0.6, 7 if foreign else 4), label


def fields(rng: np.random.Generator, foreign: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return an image (H, W, 3), BGR, of land from above and its classes, 0 to 3."""
    size = 192
    label = np.zeros((size, size), np.uint8)
    label[_clouds(rng, label.shape, 5) > (0.55 if foreign else 0.45)] = 3
    for _ in range(2):
        (ax, ay), (bx, by) = rng.integers(0, size, (2, 2))
        far = 4 * np.array([bx - ax, by - ay])
        ends = [tuple(int(v) for v in (ax, ay) + sign * far) for sign in (-1, 1)]
        cv2.line(label, *ends, 1, int(rng.integers(4, 9)))
    for _ in range(rng.integers(4, 9)):
        box = (
            tuple(map(float, rng.uniform(10, size - 10, 2))),
            tuple(map(float, rng.uniform(10, 30, 2))),
            float(rng.uniform(0, 90)),
        )
        cv2.fillPoly(label, [cv2.boxPoints(box).astype(int)], 2)
    summer = [(60, 140, 110), (120, 120, 120), (60, 70, 170), (35, 80, 40)]
    winter = [(130, 150, 160), (95, 90, 85), (120, 125, 150), (75, 85, 80)]
    image = np.array(winter if foreign else summer, float)[label]
    rough = np.array([6, 3, 3, 22])[label]
    image += (rough * rng.normal(size=label.shape))[..., None]
    image += 14 * _clouds(rng, label.shape, 12)[..., None]
    shadow = np.roll(label == 2, (3, 3) if foreign else (-2, 2), (0, 1)) & (label != 2)
    image[shadow] *= 0.6
    return _taken(rng, image, 0.8 if foreign else 0.5, 7 if foreign else 4), label


def _grow(label, rng, at, angle, thickness) -> None:
    """Draw a vessel that winds, thins and branches."""
    while thickness > 0.8:
        length = rng.uniform(14, 26)
        angle += rng.normal(0, 0.25)
        to = at + length * np.array([np.cos(angle), np.sin(angle)])
        ends = [tuple(round(float(v)) for v in p) for p in (at, to)]
        cv2.line(label, *ends, 255, max(1, round(float(thickness))))
        at, thickness = to, thickness * 0.88
        if rng.random() < 0.35:
            _grow(label, rng, at, angle + rng.choice([-0.8, 0.8]), thickness * 0.75)


def _clouds(rng, shape, cells) -> np.ndarray:
    """Return smooth noise in -1 to 1."""
    coarse = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC).clip(-1, 1)


def _taken(rng, image, blur, noise) -> np.ndarray:
    """Return what a camera makes of it."""
    image = cv2.GaussianBlur(image, (0, 0), blur)
    image = image + rng.normal(0, noise, image.shape)
    return image.clip(0, 255).astype(np.uint8)


def draw(folder: Path) -> None:
    """Draw all that is not there."""
    for name, scene in (("vessels", vessels), ("fields", fields)):
        for part, count in COUNTS.items():
            for index in range(count):
                rng = np.random.default_rng([ord(part), index, len(name)])
                image, label = scene(rng, foreign=part != "a")
                images = folder / name / part / ("images" if part != "b" else "")
                images.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(images / f"{index:02d}.png"), image)
                if part != "b":
                    labels = folder / name / part / "labels"
                    labels.mkdir(exist_ok=True)
                    cv2.imwrite(str(labels / f"{index:02d}.png"), label)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
