"""Pretrained trunks, brought to the names and the input that are used here."""

import re

import torch
from mmengine.logging import print_log
from torch import Tensor

from mmseg_uda.weights.published import below, convention_of, without_wrappers
from mmseg_uda.weights.safe_loading import load_weights_file

from .download import local_file

# Standard deviation of torchvision's RGB input in [0, 1].
_TORCHVISION_STD = (0.229, 0.224, 0.225)
# First convolution of a ResNet and of a VGG.
_FIRST = ("conv1.weight", "features.0.weight")
_TRUNKS = ("backbone", "segmentor.backbone")
_HEADS = re.compile(
    r"(fc|classifier|layer[5-9]|(decode|auxiliary|cls)_head|heads?)[._]"
)


def read_pretrained(
    checkpoint: str,
    convention: str | None = None,
    norm_eval: bool = False,
    prefix: str | None = None,
    map_location: str = "cpu",
) -> dict[str, Tensor]:
    """Return the trunk weights of a checkpoint, in the names and input used here.

    Args:
        checkpoint: File, ``http(s)://`` address, ``torchvision://NAME`` or
            ``open-mmlab://NAME``. Downloads are kept in torch's hub folder.
        convention: Images it was trained on. ``'caffe'``: BGR in 0..255 minus the mean.
            ``'torchvision'``: RGB, normalised by mean and std; the first convolution
            is converted, neglecting the grey level between the means of both. ``None``
            tells it from the statistics of the first norm layer, which a VGG lacks.
        norm_eval: Whether the network always uses running statistics.
        prefix: Take only the weights below this name; ``None`` finds the trunk inside
            a segmentor's checkpoint (``backbone.``) by itself.
        map_location: Device of the result.

    Raises:
        FileNotFoundError: If ``checkpoint`` is a file that does not exist.
        ValueError: If it cannot be fetched or read, ``convention`` is unknown or cannot
            be told, or batch norm statistics are missing where they are needed.
    """
    if convention not in (None, "caffe", "torchvision"):
        raise ValueError(
            f"convention must be 'caffe', 'torchvision' or None, got {convention!r}"
        )
    weights = _trunk_of(load_weights_file(local_file(checkpoint)), prefix)
    if not norm_eval:
        _check_norm_statistics(weights, checkpoint)
    if convention is None:
        convention = _told_convention(weights, checkpoint)
        print_log(
            f"'{checkpoint}' was trained on {convention}'s kind of images.", "current"
        )
    if "conv1.bias" in weights and "bn1.running_mean" in weights:
        # Some caffe nets have one; the norm behind it subtracts it again.
        mean = weights["bn1.running_mean"]
        weights["bn1.running_mean"] = mean - weights.pop("conv1.bias")
    if convention == "torchvision":
        std = torch.tensor(_TORCHVISION_STD).view(1, 3, 1, 1)
        for name in weights.keys() & set(_FIRST):
            weights[name] = (weights[name] / (255 * std)).flip(1)
    return {name: weight.to(map_location) for name, weight in weights.items()}


def _trunk_of(weights: dict[str, Tensor], prefix: str | None) -> dict[str, Tensor]:
    if prefix:
        weights = below(weights, prefix)
    else:
        found = (below(weights, trunk) for trunk in _TRUNKS)
        weights = next(filter(None, found), None) or without_wrappers(weights)
    return {name: w for name, w in weights.items() if not _HEADS.match(name)}


def _told_convention(weights: dict[str, Tensor], checkpoint: str) -> str:
    has_norms = "features.0.weight" not in weights
    convention = convention_of(weights) if has_norms else None
    if convention is None:
        raise ValueError(
            f"cannot tell which images '{checkpoint}' was trained on: say "
            "convention='caffe' (BGR in 0..255 minus the mean) or 'torchvision' (RGB, "
            "normalised) in backbone.init_cfg"
        )
    return convention


def _check_norm_statistics(weights: dict[str, Tensor], checkpoint: str) -> None:
    """Refuse caffe conversions that fold the statistics into scale and shift.

    Their running means are 0 throughout. As frozen norms they are right; normalising
    by batch statistics on top of them would wreck the features silently.
    """
    norms = [
        n.removesuffix(".running_mean") for n in weights if n.endswith(".running_mean")
    ]
    folded = norms and not any(weights[f"{n}.running_mean"].any() for n in norms)
    if folded and any((weights[f"{n}.weight"] != 1).any() for n in norms):
        raise ValueError(
            f"'{checkpoint}' has its batch norm statistics folded into scale and shift "
            "(all running means are 0), so it works only with norm_eval=True. With "
            "batch statistics use e.g. checkpoint='torchvision://resnet101'"
        )
