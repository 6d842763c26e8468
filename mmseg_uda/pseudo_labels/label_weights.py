"""The weights that a training will give to pseudo-labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mmseg_uda.datasets.image_files import text_sha256
from mmseg_uda.models.objectives import PixelWeight, Supervised, WeightSums
from mmseg_uda.models.segmentors.domain_wiring import domains_seen
from mmseg_uda.models.segmentors.map_wiring import maps_behind, to_enlarge
from mmseg_uda.models.segmentors.uda_segmentor import DEFAULT_VIEWS
from mmseg_uda.models.segmentors.wiring import build_parts
from mmseg_uda.registry import MAPS, OBJECTIVES, VIEWS
from mmseg_uda.structures import AFTER_TRAINING, PixelRange, Step
from mmseg_uda.structures.original_size import at_size
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.seeding import restored, used_gpus
from mmseg_uda.utils.suggestions import did_you_mean

from .score_map import DOMAIN

#: Name of a weight, and the segmentation head that it is of.
Key = tuple[str, str]


class LabelWeights:
    """Maps of one model, as weights of labels that another one predicts.

    The model that predicts need not have the maps, as stage one of LCRF has not: they
    are computed on its features and heads, of whole images, in evaluation mode.

    Args:
        views: Configs of the views that the maps look at; None for the usual ones.
        maps: Configs of maps by name.
        weights: By name, the weight and the segmentation heads that it is asked for.

    Raises:
        ValueError: If a part cannot be built.
    """

    def __init__(
        self,
        views: Mapping[str, Any] | None,
        maps: Mapping[str, Any],
        weights: Mapping[str, tuple[PixelWeight, tuple[str, ...]]],
    ) -> None:
        views = dict(views or DEFAULT_VIEWS)
        self.views = build_parts("view", views, VIEWS)
        self.maps = nn.ModuleDict(build_parts("map", dict(maps), MAPS)).eval()
        self.weights: dict[Key, PixelWeight] = {
            (name, seg_head): weight
            for name, (weight, seg_heads) in weights.items()
            for seg_head in seg_heads
        }
        made_of = [views, maps, {str(k): vars(w) for k, w in self.weights.items()}]
        #: Stands for all that decides the weights, but for the model.
        self.sha256 = text_sha256(made_of)

    @classmethod
    def of_training(cls, model: Mapping[str, Any]) -> LabelWeights | None:
        """Take the weights that a training has on labels of the target.

        Args:
            model: Config of the model that is trained.

        Returns:
            None if no supervised objective on images of the target has a weight.
        """
        configs = model.get("objectives") or {}
        given = {name: c for name, c in configs.items() if c and c.get("weight")}
        objectives = build_parts("objective", given, OBJECTIVES)
        views = build_parts("view", dict(model.get("views") or DEFAULT_VIEWS), VIEWS)
        weights = {
            name: (objective.weight, tuple(objective.loss_weight))
            for name, objective in objectives.items()
            if isinstance(objective, Supervised)
            and getattr(views.get(objective.on), "domain", None) == DOMAIN
        }
        if not weights:
            return None
        return cls(model.get("views"), model.get("maps") or {}, weights)

    @classmethod
    def of_map(cls, model: Mapping[str, Any], name: str) -> LabelWeights:
        """Take exp(-m) of a map m of a model's config, for each segmentation head.

        Raises:
            ValueError: If it has no such map.
        """
        maps = {key: m for key, m in (model.get("maps") or {}).items() if m is not None}
        if name not in maps:
            raise ValueError(
                f"the config's model has no map {name!r}; it has: "
                f"{', '.join(maps) or 'none'}.{did_you_mean(name, maps)}"
            )
        segmentor = model.get("segmentor") or model
        two = bool(segmentor.get("auxiliary_head"))
        weight = PixelWeight(name, link="exp_neg")
        heads = ("decode", "aux") if two else ("decode",)
        return cls(model.get("views"), maps, {name: (weight, heads)})

    def problems(self, model: nn.Module) -> dict[Key, str]:
        """Say which of the weights a model cannot be asked for, and why.

        Args:
            model: The model that predicts.
        """
        segmentor = getattr(model, "segmentor", model)
        found = {}
        for (name, seg_head), weight in self.weights.items():
            problem = self._problem(segmentor, seg_head, weight)
            if problem:
                found[name, seg_head] = problem
        return found

    def about(self, key: Key) -> dict[str, str]:
        """Describe a weight: formula, its map, and the option that enlarges that."""
        weight, seg_head = self.weights[key], key[1]
        return {
            "weight": weight.equation(seg_head, detach=False),
            "map": self.maps[weight.map].equation(seg_head),
            "to_enlarge": to_enlarge(weight.map, self.maps),
        }

    @torch.no_grad()
    def sums(
        self,
        model: nn.Module,
        data: dict,
        labels: Tensor,
        keys: list[Key],
        seed: int = 0,
    ) -> dict[Key, Tensor]:
        """Sum the weights of one image's labels up.

        Args:
            model: The model that predicts, in eval mode.
            data: A collated batch of the image, as for its prediction.
            labels: (H, W), class ids at the image's original size; 255 = dropped.
            keys: Those to sum up, without :meth:`problems`.
            seed: Seed of what maps draw, such as noise.

        Returns:
            (4, 256) by key, see :class:`WeightSums`.
        """
        batch = model.data_preprocessor(data, False)
        inputs, (sample,) = batch["inputs"], batch["data_samples"]
        step = Step(
            getattr(model, "segmentor", model),
            {DOMAIN: inputs},
            {DOMAIN: [sample]},
            views=self.views,
            heads={},
            maps=self.maps.to(inputs.device),
            iteration=AFTER_TRAINING,
            pixels=PixelRange.of(model.data_preprocessor),
        )
        taken = {}
        with restored(used_gpus()):
            torch.manual_seed(seed)
            for key in keys:
                weight = self.weights[key].of(step, key[1]).float()
                weight = at_size(weight, sample, inputs, labels.shape)
                sums = WeightSums()
                sums.add(weight, labels.to(weight.device)[None])
                taken[key] = sums.take().cpu()
        return taken

    def _problem(self, segmentor: nn.Module, seg_head: str, weight: PixelWeight) -> str:
        behind = [self.maps[name] for name in maps_behind([weight.map], self.maps)]
        seg_heads = {*segmentation_heads(segmentor), "fused"}
        needed = {seg_head, *(h for m in behind for h in m.extra_seg_heads(seg_head))}
        if missing := sorted(needed - seg_heads):
            return f"the network that predicts has no segmentation head {missing[0]!r}"
        if heads := sorted(h for m in behind for h in m.head_names()):
            return f"it is made with head {heads[0]!r}, which is not loaded for labels"
        others = {d for m in behind for _, d in domains_seen(m, self.views, self.maps)}
        if others - {DOMAIN}:
            return f"it is of images of domain {min(others - {DOMAIN})!r}, too"
        if any(getattr(m, "finds_eps", False) for m in behind):
            return "the bound of its noise is found when the training begins"
        try:
            for part in behind:
                part.check(segmentor)
        except ValueError as error:
            return str(error)
        return ""
