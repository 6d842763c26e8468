"""From light to pixels: surface texture, exposure, blur, noise, vignette."""

import cv2
import numpy as np

from .looks import Look


def _grain(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Return noise of several scales, (H, W) float32, about unit variance."""
    height, width = shape
    total = np.zeros(shape, np.float32)
    for step, share in ((1, 0.75), (3, 0.5), (9, 0.4)):
        size = (height // step + 2, width // step + 2)
        noise = rng.standard_normal(size, np.float32)
        total += share * cv2.resize(noise, (width, height))
    return total


def expose(
    rng: np.random.Generator, look: Look, image: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Take the picture.

    Args:
        rng: Source of randomness.
        look: What the camera does.
        image: Clean drawing, (H, W, 3) uint8 RGB.
        labels: Label ids of the same pixels, (H, W) uint8; surfaces differ in texture.

    Returns:
        The picture, (H, W, 3) uint8 RGB.
    """
    light = image.astype(np.float32)
    if look.texture:
        table = np.zeros(256, np.float32)
        table[list(look.texture)] = list(look.texture.values())
        light *= 1 + (table[labels] * _grain(rng, labels.shape))[..., None]
    blur = rng.uniform(*look.blur)
    if blur > 0:
        light = cv2.GaussianBlur(light, (0, 0), blur)
    gain = np.array(look.white_balance) + rng.normal(0, look.white_balance_spread, 3)
    gain = gain * rng.uniform(*look.exposure)
    light = np.minimum(light * gain.astype(np.float32), 255)  # highlights clip
    if look.vignette:
        light *= _vignette(labels.shape, look.vignette)[..., None]
    if look.noise:
        light += rng.standard_normal(light.shape, np.float32) * look.noise
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)


def _vignette(shape: tuple[int, int], strength: float) -> np.ndarray:
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    return 1 - strength * (y[:, None] ** 2 + x[None] ** 2) / 2
