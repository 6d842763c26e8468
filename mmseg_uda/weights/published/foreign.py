"""Saying what a checkpoint is that is none of the networks read here."""

from collections import Counter
from collections.abc import Callable

from torch import Tensor

from .families import FAMILIES, PATTERNS

_MMSEG = ("decode_head.", "segmentor.decode_head.")
_IS_MMSEG = (
    "it is in mmseg's layout already (backbone.*, decode_head.*): there is nothing to "
    "convert. Give it to the tools as it is."
)


def explain_foreign(weights: dict[str, Tensor]) -> str:
    """Say what weights seem to be of, and what to do with them.

    Args:
        weights: Weights by name, without wrappers' prefixes.
    """
    if any(name.startswith(_MMSEG) for name in weights):
        return _IS_MMSEG
    return known_kind(weights) or _nothing_known(weights)


def known_kind(weights: dict[str, Tensor]) -> str | None:
    """Say what weights seem to be of, if that is a known kind of other network."""
    return next((said for seems, said in _KINDS if seems(weights)), None)


def _is_fcn8s(weights: dict[str, Tensor]) -> bool:
    return _starts(weights, "score_fr.") or _starts(weights, "upscore")


def _is_vgg(weights: dict[str, Tensor]) -> bool:
    return _starts(weights, "features.") and _starts(weights, "classifier.")


def _is_trunk(weights: dict[str, Tensor]) -> bool:
    return _starts(weights, "layer1.") and _starts(weights, "layer4.")


def _is_discriminator(weights: dict[str, Tensor]) -> bool:
    """Whether a plain stack of convolutions ends in one channel."""
    convolutions = [weight for weight in weights.values() if weight.dim() == 4]
    plain = all(weight.dim() in (1, 4) for weight in weights.values())
    plain = plain and not _starts(weights, "backbone.")
    return bool(convolutions) and plain and convolutions[-1].shape[0] == 1


def _starts(weights: dict[str, Tensor], start: str) -> bool:
    return any(name.startswith(start) for name in weights)


_KINDS: tuple[tuple[Callable[[dict[str, Tensor]], bool], str], ...] = (
    (
        _is_fcn8s,
        "it is an FCN-8s on VGG-16 (score_fr, upscore*), as BDL and FDA publish it. "
        "This project has no such network. Their ResNet-101 "
        "checkpoints (layer5.*) can be converted.",
    ),
    (
        _is_vgg,
        "it is a VGG image classifier (features.*, classifier.*) without segmentation "
        "head. A VGG-16 needs no conversion: `tools/train.py CONFIG --pretrained FILE` "
        "starts a config on VGG-16 from it.",
    ),
    (
        _is_trunk,
        "it is a ResNet without segmentation heads (no layer5.* or layer6.*), as an "
        "ImageNet classifier is. It needs no conversion: `tools/train.py CONFIG "
        "--pretrained FILE` starts from it.",
    ),
    (
        _is_discriminator,
        "it seems to be a discriminator (convolutions that end in one channel), which "
        "only training needs. Give the file of the segmentation network instead.",
    ),
)


def _shown(name: str, weights: dict[str, Tensor]) -> str:
    return f"{name} {list(weights[name].shape)}"


def _nothing_known(weights: dict[str, Tensor]) -> str:
    found = Counter(name.split(".")[0] for name in weights)
    first = {name.split(".")[0]: name for name in reversed(weights)}
    lines = [
        f"    {top}: {count} tensors, e.g. {_shown(first[top], weights)}"
        for top, count in found.most_common(10)
    ]
    if len(found) > 10:
        lines.append(f"    ... and {len(found) - 10} more")
    lines += ["What can be read needs:"]
    for pattern, needs in PATTERNS.items():
        who = [f.title for f in FAMILIES.values() if pattern in f.patterns]
        lines.append(f"    {', '.join(who)}: {needs}")
    listed = "\n".join(lines)
    return f"it is no checkpoint of a known kind. It holds:\n{listed}"
