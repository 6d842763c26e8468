"""A map of the model that predicts, as a factor of its probabilities."""

import torch
from torch import Tensor, nn

from mmseg_uda.models.segmentors.domain_wiring import domains_seen
from mmseg_uda.structures import AFTER_TRAINING
from mmseg_uda.structures.original_size import at_original_size
from mmseg_uda.utils.seeding import restored, used_gpus

#: The domain whose place an image takes.
DOMAIN = "target"


def check_score_map(model: nn.Module, name: str, tta: bool = False) -> None:
    """Refuse a model that has no such map.

    Raises:
        ValueError: If it has none, the map looks at other images than the target's, or
            predictions are averaged over augmentations, which maps are not.
    """
    maps = getattr(model, "maps", {})
    if name not in maps:
        raise ValueError(
            f"the rule multiplies probabilities by map {name!r}; the model that "
            f"predicts, a {type(model).__name__}, has the maps: "
            f"{', '.join(maps) or 'none'}"
        )
    if tta:
        raise ValueError(
            f"a rule with map {name!r} and test-time augmentation do not go together: "
            "the map is of the image as it is. Leave out one of them (tta=False)."
        )
    if isinstance(maps, nn.ModuleDict):
        _check_domains(model, name)


@torch.no_grad()
def score_map(
    model: nn.Module, data: dict, name: str, norm: str = "none", seed: int = 0
) -> Tensor:
    """A map of one image at its original size.

    The image takes the place of the target's. The backbone runs once more than for the
    prediction alone.

    Args:
        model: A :class:`UDASegmentor` in eval mode.
        data: A collated batch of one image, as for the prediction.
        name: A key of its maps.
        norm: ``'mean'`` divides by the mean over the image.
        seed: Seed of what the map draws, such as noise.

    Returns:
        (H, W), float32, the same for equal arguments.

    Raises:
        ValueError: If the map is not finite, or negative somewhere.
    """
    batch = model.data_preprocessor(data, False)
    inputs, samples = batch["inputs"], batch["data_samples"]
    step = model.step({DOMAIN: inputs}, {DOMAIN: samples}, AFTER_TRAINING)
    with restored(used_gpus()):
        torch.manual_seed(seed)
        value = step.map(name, "decode").float()
    value = at_original_size(value, samples[0], inputs)
    if not torch.isfinite(value).all():
        raise ValueError(f"map {name!r} is NaN or infinite")
    if (value < 0).any():
        raise ValueError(
            f"map {name!r} is {value.min():.3g} somewhere; what probabilities are "
            "multiplied by must not be negative. Name a map that is >= 0"
        )
    return value / value.mean() if norm == "mean" and value.mean() > 0 else value


def _check_domains(model: nn.Module, name: str) -> None:
    """Refuse a map of images that are not there when the target is labelled."""
    for view, domain in domains_seen(model.maps[name], model.views, model.maps):
        if domain != DOMAIN:
            raise ValueError(
                f"the rule multiplies probabilities by map {name!r}, which "
                f"looks at view {view!r} and with it at domain {domain!r}; "
                f"labelled are images of domain {DOMAIN!r} alone. Name a map "
                "on a view of these"
            )
