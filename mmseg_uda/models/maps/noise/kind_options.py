"""Options of noise that only one kind has."""

from __future__ import annotations

from numbers import Real
from typing import Any

from mmseg_uda.utils.options import check_count

WORST = "worst_direction"
MIXED = "gaussian_mixed"


def check_search(kind: str, power_steps: Any, xi: Any) -> None:
    """Refuse options of the search that are out of range or of another kind.

    Raises:
        ValueError: If one is refused.
    """
    given = {"power_steps": power_steps, "xi": xi}
    for name, value in given.items():
        if value is not None and kind != WORST:
            raise ValueError(
                f"noise {name}={value!r} is an option of kind {WORST!r}; {kind!r} is "
                "drawn without a search: leave it out"
            )
    if power_steps is not None:
        check_count("noise power_steps", power_steps)
    if xi is not None and (not _is_number(xi) or not 0 < xi <= 1):
        raise ValueError(
            f"noise xi must be a share of the bound, above 0 and at most 1, got {xi!r}"
        )


def check_share(kind: str, channel_share: Any) -> None:
    """Refuse a share of the channel that is out of range or of another kind.

    Raises:
        ValueError: If it is refused.
    """
    if channel_share is None:
        return
    if kind != MIXED:
        raise ValueError(
            f"noise channel_share={channel_share!r} is an option of kind {MIXED!r}; "
            f"{kind!r} has none: leave it out"
        )
    if not _is_number(channel_share) or not 0 < channel_share < 1:
        raise ValueError(
            "noise channel_share must be a share of the bound, above 0 and below 1, "
            f"got {channel_share!r}; 0 is kind 'gaussian_clip', 1 'gaussian_channel'"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
