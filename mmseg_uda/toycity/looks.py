"""How a domain looks: palettes, light, and what its camera does to the picture."""

from dataclasses import dataclass, field

import numpy as np

Palette = dict[str, tuple[tuple[int, int, int], ...]]


@dataclass(frozen=True)
class Look:
    """Appearance of a domain; geometry is none of its business.

    Args:
        palette: RGB colours by material; an object picks one and jitters it.
        jitter: Standard deviation of that jitter, grey levels.
        contrast: Gain between lit and unlit faces.
        shadow: Darkness of shadows on the ground, 0..1.
        sharp_shadow: Whether shadows are cast along the sun (else only below things).
        tiles: Whether surfaces carry regular drawn patterns (paving, bricks).
        leaf_size: Size of foliage blobs relative to the crown.
        haze: Share of light scattered per metre.
        haze_colour: RGB of the scattered light.
        texture: Strength of surface noise by label id, relative to the colour.
        exposure: Range of the random gain.
        white_balance: Mean RGB gain.
        white_balance_spread: Standard deviation of the gain from picture to picture.
        blur: Range of the Gaussian blur's sigma, pixels.
        noise: Standard deviation of sensor noise, grey levels.
        vignette: Share of light lost in the corners.
    """

    palette: Palette
    jitter: float = 6.0
    contrast: float = 0.3
    shadow: float = 0.5
    sharp_shadow: bool = True
    tiles: bool = True
    leaf_size: float = 0.3
    haze: float = 0.0
    haze_colour: tuple[float, float, float] = (200.0, 205.0, 208.0)
    texture: dict[int, float] = field(default_factory=dict)
    exposure: tuple[float, float] = (0.95, 1.05)
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    white_balance_spread: float = 0.0
    blur: tuple[float, float] = (0.0, 0.0)
    noise: float = 0.0
    vignette: float = 0.0

    def pick(
        self, rng: np.random.Generator, material: str
    ) -> tuple[float, float, float]:
        """Return one colour of a material, jittered."""
        choices = self.palette[material]
        base = choices[int(rng.random() * len(choices))]
        common, *own = (rng.standard_normal(4) * self.jitter).tolist()
        r, g, b = (
            min(max(channel + common + 0.5 * shift, 2.0), 253.0)
            for channel, shift in zip(base, own, strict=True)
        )
        return r, g, b
