"""Names of weights: those of the literature's checkpoints and those of mmseg."""

from torch import Tensor

_WRAPPERS = ("module.", "Scale.")
_TRUNK = ("conv1.", "bn1.", "layer1.", "layer2.", "layer3.", "layer4.")


def without_wrappers(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Strip ``module.`` (data-parallel saves) and ``Scale.`` (the field's init file).

    Args:
        weights: Weights by name. A prefix is stripped only if every name has it.
    """
    for start in _WRAPPERS:
        if weights and all(name.startswith(start) for name in weights):
            weights = {name[len(start) :]: w for name, w in weights.items()}
    return weights


def to_mmseg_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Translate a trained DeepLab-v2 of the literature to mmseg's names.

    In the checkpoints of AdaptSegNet, ADVENT, CLAN, MRNet and RPLUE ``layer6`` is the
    main head and ``layer5`` the auxiliary one; in those of the single-headed FDA, BDL
    and CRST ``layer5`` is the main head. The trunk's names are those of ResNet. Other
    weights, such as mmseg's own, are returned as they are, without wrappers' prefixes.

    Args:
        weights: Weights by name.
    """
    weights = without_wrappers(weights)
    heads = {name.split(".")[0] for name in weights} & {"layer5", "layer6"}
    if not heads:
        return weights
    prefixes = {"layer5": "auxiliary_head.", max(heads): "decode_head."}
    renamed = {}
    for name, weight in weights.items():
        first, _, rest = name.partition(".")
        if first in prefixes:
            name = prefixes[first] + rest
        elif name.startswith(_TRUNK):
            name = f"backbone.{name}"
        renamed[name] = weight
    return renamed
