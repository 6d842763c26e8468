"""A game over a map: the segmentor makes it small, a head makes it large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class MinimaxMap(BaseObjective):
    r"""Adaptive entropy max-minimisation: region-level adversarial learning (RL-AL).

    .. math::
        \min_E \max_{C_{region}} \lambda_{ent} \sum_{levels} \mathrm{mean}(M)

    MLAN paper, Eq. 4, 5 and, with ``weight``, Eq. 8. The maps are what is contested:
    each has a head that ascends it (``head_ascends``). All else that it is computed
    from, down to the backbone, descends. This is what the paper's gradient reversal
    layer does, in one backward. A level is the mean over its patches, and levels are
    summed up (the paper is silent on both: our choice).

    Args:
        maps: Names of the maps, one a level.
        **common: Arguments of :class:`BaseObjective`.

    Raises:
        ValueError: If no map is named, or one has no head that ascends it.
    """

    def __init__(self, maps: Sequence[str], **common: object) -> None:
        super().__init__(**common)
        self.contested = [maps] if isinstance(maps, str) else list(maps)
        if not self.contested:
            raise ValueError("MinimaxMap needs the name of at least one map")

    def pixel_loss(self, step: Step, seg_head: str) -> list[Tensor]:
        """The maps, each (N, I, J)."""
        return [step.map(name, seg_head) for name in self.contested]

    def maps(self) -> list[str]:
        """The contested maps, and the weight's."""
        return [*self.contested, *super().maps()]

    def check_maps(self, maps: Mapping[str, nn.Module]) -> None:
        """Refuse maps that nothing ascends."""
        for name in self.contested:
            if not getattr(maps[name], "head_ascends", False):
                raise ValueError(
                    f"MinimaxMap needs a head that makes map {name!r} large: "
                    + _advice(name, maps)
                )

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        text = " + ".join(f"{name}_{seg_head}" for name in self.contested)
        return f"({text})" if len(self.contested) > 1 else text


def _advice(name: str, maps: Mapping[str, nn.Module]) -> str:
    if hasattr(maps[name], "head_ascends"):
        return f"set maps.{name}.head_ascends=True, or use MinimizeMap if nothing shall"
    able = [other for other in maps if hasattr(maps[other], "head_ascends")]
    named = f", such as {', '.join(able)}" if able else ""
    return (
        f"{type(maps[name]).__name__} has none. Name a RegionConsistencyMap{named}, or "
        "use MinimizeMap"
    )
