"""All scores that are compared on a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mmengine.model import BaseModule
from torch import nn

from mmseg_uda.models.maps import CombinedMap, HeadDivergenceMap, LipschitzMap
from mmseg_uda.models.maps.base_map import BaseMap
from mmseg_uda.models.maps.neg_log_confidence_map import NegLogConfidenceMap
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import AFTER_TRAINING, PixelRange, Step
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.structures.view import FUSED
from mmseg_uda.visualization.noisy_predictor import inner_segmentor

from .fitting_maps import why_left_out
from .noise_grid import lipschitz_maps
from .score import Score
from .usual_scores import usual_scores

TARGET = "target"
SEG_HEAD = "decode"
HEAD_DIVERGENCE = "head divergence"
#: How two maps become one, and what its score is called.
COMBINED = {
    "sum": "{} x confidence",
    "product": "{} * -log confidence",
}
_CONFIDENCE = "-log confidence"


@dataclass
class ScoreSet:
    """The scores, and what is needed to compute them.

    Attributes:
        scores: Those that are compared, in the order of the table.
        maps: Maps by the name that others know them by.
        views: Views by name.
        left_out: Why maps of the model are not compared, by name.
    """

    scores: list[Score] = field(default_factory=list)
    maps: dict[str, nn.Module] = field(default_factory=dict)
    views: dict[str, nn.Module] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def step(self, model: BaseModule, batch: Mapping) -> Step:
        """A step of one image, which takes the place of the target's.

        Args:
            model: The model.
            batch: What its data preprocessor makes of the image.
        """
        return Step(
            inner_segmentor(model),
            {TARGET: batch["inputs"]},
            {TARGET: batch["data_samples"]},
            views=self.views,
            heads=getattr(model, "heads", {}),
            maps=self.maps,
            iteration=AFTER_TRAINING,
            pixels=PixelRange.of(model.data_preprocessor),
        )

    def add(
        self, name: str, family: str, part: BaseMap, key: str | None = None
    ) -> None:
        """Add a map, known to other maps by its key, which is its name by default."""
        key = name if key is None else key
        self.maps[key] = part
        equation = part.equation(SEG_HEAD)
        self.scores.append(Score(name, family, equation, part=part, key=key))


def score_set(
    model: BaseModule,
    noises: Sequence[Mapping] = (),
    combine: Sequence[str] = ("sum",),
    weights: Sequence[str] | None = None,
) -> ScoreSet:
    """Gather the usual scores, the model's maps, and Lipschitz maps by their noise.

    Args:
        model: :class:`UDASegmentor` or a segmentor of mmseg's EncoderDecoder kind.
        noises: See :func:`lipschitz_maps`.
        combine: Keys of :data:`COMBINED`: how Lipschitz maps and the heads' divergence
            are also combined with the confidence.
        weights: Names of the weights that were loaded; None for all.

    Raises:
        ValueError: If a noise is none.
    """
    own = dict(getattr(model, "maps", {}))
    views = {TARGET: DomainView(TARGET), **dict(getattr(model, "views", {}))}
    found = ScoreSet(usual_scores(), dict(own), views)
    segmentor = inner_segmentor(model)
    with_confidence = []
    if {"decode", "aux"} <= {*segmentation_heads(segmentor)}:
        divergence = HeadDivergenceMap(TARGET, reference="other")
        found.add(HEAD_DIVERGENCE, "heads", divergence)
        with_confidence.append((HEAD_DIVERGENCE, HEAD_DIVERGENCE))
    for name, part in own.items():
        reason = why_left_out(name, part, model, found.views, weights)
        if reason is not None:
            found.left_out[name] = reason
            continue
        title = f"{name} (config)"
        found.add(title, "config", part, key=name)
        if isinstance(part, LipschitzMap):
            with_confidence.append((title, name))
    for title, part in lipschitz_maps(noises).items():
        found.add(title, "noise", part)
        with_confidence.append((title, title))
    # the weight of what the network as a whole predicts, if it predicts with both heads
    whose = FUSED if hasattr(segmentor, "aux_weight") else "own"
    found.maps[_CONFIDENCE] = NegLogConfidenceMap(TARGET, prediction=whose)
    for how in combine:
        for title, key in with_confidence:
            combined = CombinedMap([key, _CONFIDENCE], how)
            found.add(COMBINED[how].format(title), "combined", combined)
    return found
