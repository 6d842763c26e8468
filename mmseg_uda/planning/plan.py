"""A config and what it was decided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mmseg_uda.utils.percent import percent

from .found import FoundImages, FoundLabels
from .sizes import Sizes, plan_sizes

#: Method -> base of the config, and what it is.
METHODS = {
    "mrnet_lcrf": "MRNet, then LCRF",
    "lcda_lcrf": "LCDA, then LCRF: no discriminator",
    "mrnet": "MRNet alone: adversaries and agreement of two heads",
    "lcda": "LCDA alone: a Lipschitz constraint",
    "statistics": "source alone, and the target's batch norm statistics",
    "source_only": "source alone, the control",
}
#: Network -> long side of images and side of crops, at most, with and without a GPU.
NETWORKS = {
    "tiny": ((512, 256), (1024, 512)),
    "small": ((512, 256), (1024, 512)),
    "base": ((512, 256), (1280, 512)),
}
_RARE = 1 / 32  # share of the labelled pixels
_BATCH = {False: 1, True: 2}  # images of each domain: on a CPU, on a GPU


@dataclass
class Plan:
    """What a config says, and why.

    Attributes:
        method: A key of :data:`METHODS`.
        network: A key of :data:`NETWORKS`.
        own: Its ``own``.
        said: What was decided, a sentence each.
    """

    method: str
    network: str
    own: dict[str, Any]
    said: list[str] = field(default_factory=list)


def make_plan(
    source: FoundLabels,
    target: FoundImages,
    val: FoundLabels | None,
    method: str,
    network: str,
    on_gpu: bool,
    num_workers: int,
    longest: int | None = None,
    many: int | None = None,
) -> Plan:
    """Decide everything but how long to train.

    Args:
        source: Labelled images.
        target: Unlabelled ones.
        val: Labelled ones of the target, to validate with; None: there are none.
        method: A key of :data:`METHODS`.
        network: A key of :data:`NETWORKS`.
        on_gpu: Whether it is trained on a GPU.
        num_workers: Processes that load images.
        longest: Long side of images, at most; None: what the network is made for.
        many: Images of each domain in an iteration; None: as many as is usual.
    """
    side, crop = NETWORKS[network][on_gpu]
    side = longest or side
    sizes = plan_sizes([*source.sizes, *target.sizes], side, min(crop, side))
    many = many or _BATCH[on_gpu]
    own: dict[str, Any] = {
        "metainfo": _metainfo(source),
        "num_classes": len(source.classes),
        "source": source.dataset,
        "target": target.dataset,
    }
    if val is not None:
        own["val"] = val.dataset
    own |= {
        "network": f"_own_.networks.{network}",
        "scale": sizes.scale,
        "crop_size": sizes.crop,
        "samples_per_domain": {"source": many, "target": many},
        "batch_size": 2 * many,
        "num_workers": num_workers,
    }
    if method.endswith("_lcrf"):
        own["class_shares"] = tuple(
            float(f"{share:.2g}") for share in source.shares.values()
        )
    return Plan(method, network, own, [*_said(source, sizes, own)])


def _said(source: FoundLabels, sizes: Sizes, own: dict[str, Any]) -> list[str]:
    said = list(sizes.said)
    rare = [name for name, share in source.shares.items() if 0 < share < _RARE]
    if rare:
        own["class_balance"] = {"num_classes": own["num_classes"], "min_share": _RARE}
        some = ", ".join(f"{n} ({percent(source.shares[n])})" for n in rare[:5])
        more = ", ..." * (len(rare) > 5)
        said.append(f"rare classes count more (class_balance): {some}{more}")
    return said


def _metainfo(source: FoundLabels) -> Mapping[str, Any]:
    metainfo: dict[str, Any] = {"classes": tuple(source.classes)}
    if source.palette:
        metainfo["palette"] = source.palette
    return metainfo
