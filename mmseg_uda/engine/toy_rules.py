"""How much smaller ``--toy`` makes a config, see :mod:`mmseg_uda.engine.toy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmseg_uda.utils.suggestions import check_choice


@dataclass(frozen=True)
class HeadRules:
    """What is different in a segmentation head of one type.

    Args:
        dilation: Factor of its dilations.
        classifier_std: Standard deviation of its classifier's initial weights.
        rare_share: ``rare_share`` of :class:`ToyRules` where it is the main head.
    """

    dilation: float
    classifier_std: float
    rare_share: float


@dataclass(frozen=True)
class ToyRules:
    """The numbers of the rules for one small network.

    Args:
        name: The network, as ``--toy-network`` calls it.
        resize: Factor of the config's image scales.
        crop: Height and width of crops; None: the config's, times ``resize``.
        most_per_domain: Images of a domain in a batch, at most.
        crop_pixels: Pixels of a domain in a batch, where the config cuts crops: so many
            crops are drawn; None for as many crops as the config has.
        iters: Iterations of a stage.
        rate: Factor of SGD's rates, which become AdamW's.
        fused: Whether an optimizer steps through all weights in one call; faster, and
            other in the last digits.
        rare_share: Share of a batch's pixels below which a class of the ground truth
            counts more; None: all classes count the same.
        head_width: Divisor of the widths of segmentation heads.
        heads: What else is different in segmentation heads, by their type.
    """

    name: str
    resize: float
    crop: tuple[int, int] | None
    most_per_domain: int
    crop_pixels: int | None
    iters: int
    rate: float
    fused: bool
    rare_share: float | None
    head_width: int
    heads: Mapping[str, HeadRules]


RANDOM = ToyRules(
    name="random",
    resize=1 / 8,
    crop=(64, 128),
    most_per_domain=4,
    crop_pixels=None,
    iters=1200,
    rate=10.0,
    fused=False,
    rare_share=None,
    head_width=16,
    heads={},
)
PRETRAINED = ToyRules(
    name="pretrained",
    resize=1 / 4,
    crop=None,
    most_per_domain=1,
    crop_pixels=4 * 64 * 128,
    iters=500,
    rate=5.0,
    fused=True,
    rare_share=1 / 128,
    head_width=8,
    heads={
        "DilatedConcatHead": HeadRules(
            dilation=1 / 2, classifier_std=0.2, rare_share=1 / 32
        )
    },
)
NETWORKS = {rules.name: rules for rules in (PRETRAINED, RANDOM)}
DEFAULT_NETWORK = PRETRAINED.name
RESNETS = ("DeepLabResNet", "ResNet", "ResNetV1c", "ResNetV1d")


def rules_for(cfg: Mapping[str, Any], network: str) -> ToyRules:
    """Return the rules for a config: only a ResNet has a pretrained stand-in.

    Args:
        cfg: Config of a training stage, as it is before any rule is applied.
        network: A key of :data:`NETWORKS`.

    Raises:
        ValueError: If there is no such network.
    """
    check_choice("toy network", network, NETWORKS)
    return RANDOM if why_no_stand_in(cfg) else NETWORKS[network]


def why_no_stand_in(cfg: Mapping[str, Any]) -> str:
    """Say why the pretrained network cannot stand in for a config's; ``""`` if it can.

    Args:
        cfg: See :func:`rules_for`.
    """
    kind = str(_backbone(cfg).get("type")).rpartition(".")[2]
    if kind not in RESNETS:
        return f"the pretrained network stands in for a ResNet alone, not for {kind}"
    if _backbone(cfg.get("toy")):
        return "the config brings a small backbone of its own"
    return ""


def _backbone(cfg: Any) -> Mapping[str, Any]:
    """The backbone of a config, or of what it says under ``toy``; {} without one."""
    model = _part(cfg, "model")
    return _part(_part(model, "segmentor") or model, "backbone")


def _part(node: Any, key: str) -> Mapping[str, Any]:
    part = node.get(key) if hasattr(node, "get") else None  # a Config is no Mapping
    return part if isinstance(part, Mapping) else {}
