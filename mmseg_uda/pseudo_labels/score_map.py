"""A map of the model that predicts, as a factor of its probabilities."""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: More iterations than any schedule has.
_AFTER_TRAINING = sys.maxsize


def check_score_map(model: nn.Module, name: str, tta: bool = False) -> None:
    """Refuse a model that has no such map.

    Raises:
        ValueError: If it has none, or predictions are averaged over augmentations,
            which maps are not.
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


@torch.no_grad()
def score_map(model: nn.Module, data: dict, name: str, norm: str = "none") -> Tensor:
    """A map of one image at its original size.

    The image takes the place of the target's. The backbone runs once more than for the
    prediction alone.

    Args:
        model: A :class:`UDASegmentor` in eval mode.
        data: A collated batch of one image, as for the prediction.
        name: A key of its maps.
        norm: ``'mean'`` divides by the mean over the image.

    Returns:
        (H, W), float32.

    Raises:
        ValueError: If the map is not finite, or negative somewhere.
    """
    batch = model.data_preprocessor(data, False)
    inputs, samples = batch["inputs"], batch["data_samples"]
    step = model.step({"target": inputs}, {"target": samples}, _AFTER_TRAINING)
    value = step.map(name, "decode").float()
    size = tuple(samples[0].metainfo["ori_shape"][:2])
    value = F.interpolate(value.unsqueeze(1), size, mode="bilinear")[0, 0]
    if not torch.isfinite(value).all():
        raise ValueError(f"map {name!r} is NaN or infinite")
    if (value < 0).any():
        raise ValueError(
            f"map {name!r} is {value.min():.3g} somewhere; what probabilities are "
            "multiplied by must not be negative. Name a map that is >= 0"
        )
    return value / value.mean() if norm == "mean" and value.mean() > 0 else value
