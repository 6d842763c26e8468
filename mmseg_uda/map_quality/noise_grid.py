"""The Lipschitz maps that are compared: noise by kind and bound."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from mmseg_uda.models.maps import FeatureNoise, LipschitzMap
from mmseg_uda.models.maps.lipschitz_map import AUTO
from mmseg_uda.utils.options import check_known

_OF_MAP = ("num_samples", "divergence")

#: What is tried unless the command line says otherwise: the noise that configs ship
#: with, other kinds, and the noise that was shipped first.
DEFAULT_NOISE: tuple[Mapping[str, Any], ...] = (
    {"kind": "gaussian_mixed", "eps": 3.0, "unit": "rms", "num_samples": 4},
    {"kind": "gaussian_channel", "eps": 1.0, "unit": "rms", "num_samples": 4},
    {"kind": "gaussian_clip", "eps": 1.0, "unit": "rms", "num_samples": 4},
    {"kind": "gaussian_clip", "eps": 4.0, "unit": "rms", "num_samples": 4},
    {"kind": "l2_location", "eps": 1.0, "unit": "location", "num_samples": 4},
    {"kind": "worst_direction", "eps": 0.1, "unit": "location", "num_samples": 1},
    {"kind": "gaussian_clip", "eps": 0.5, "unit": "absolute", "num_samples": 1},
)


def noise_title(options: Mapping[str, Any]) -> str:
    """What a Lipschitz map with such noise is called."""
    kind = options.get("kind")
    rest = [f"{key}={value}" for key, value in options.items() if key != "kind"]
    return " ".join(["L_lip", *([] if kind is None else [str(kind)]), *rest])


def lipschitz_maps(noises: Sequence[Mapping[str, Any]]) -> dict[str, LipschitzMap]:
    """Build the Lipschitz map of every noise, by its title.

    Args:
        noises: Options of :class:`FeatureNoise` with a number for ``eps``, and
            ``num_samples`` and ``divergence`` of :class:`LipschitzMap`.

    Raises:
        ValueError: If there is no such option, or a value is out of range.
    """
    return {noise_title(options): _lipschitz_map(options) for options in noises}


def _lipschitz_map(options: Mapping[str, Any]) -> LipschitzMap:
    known = [*inspect.signature(FeatureNoise).parameters, *_OF_MAP]
    title = noise_title(options)
    check_known(f"{title}: noise", options, known)
    if options.get("eps") == AUTO:
        raise ValueError(
            f"{title}: noise that is compared has a number for eps. 'auto' belongs "
            "into a config, and weights of its training hold the bound that was found"
        )
    of_map = {key: value for key, value in options.items() if key in _OF_MAP}
    noise = {key: value for key, value in options.items() if key not in _OF_MAP}
    return LipschitzMap(**of_map, noise=noise)
