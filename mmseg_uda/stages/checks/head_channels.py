"""Whether heads were made for the number of channels that they will see."""

from collections.abc import Iterator

import torch
from torch import nn

from mmseg_uda.models.objectives import ImageAdversarial
from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.structures.seen import FEATURE

_SIDE = 128  # pixels of an image that any backbone takes


def check_head_channels(model: nn.Module) -> None:
    """Refuse heads of another number of channels than what they are shown has.

    Found here, before the first stage, rather than in the first iteration after it.

    Args:
        model: A model; nothing is checked but for a :class:`UDASegmentor`.

    Raises:
        ValueError: If a head's ``in_channels`` is another number; names both.
    """
    if not isinstance(model, UDASegmentor):
        return
    pairs = set(shown(model))
    of_features = None
    if any(sees == FEATURE for _, sees in pairs):
        of_features = _feature_channels(model)
    for name, sees in sorted(pairs):
        channels = of_features if sees == FEATURE else model.num_classes
        made_for = getattr(model.heads[name], "in_channels", channels)
        if channels is not None and made_for != channels:
            what = "the last features" if sees == FEATURE else "class probabilities"
            raise ValueError(
                f"model.heads.{name} was made for in_channels={made_for}, but sees "
                f"{what}, of {channels} channels: set model.heads.{name}.in_channels="
                f"{channels}, or change what it `sees`"
            )


def shown(model: UDASegmentor) -> Iterator[tuple[str, str]]:
    """Yield the names of heads, with what they are shown of a view."""
    for part in (*model.objectives.values(), *model.maps.values()):
        if isinstance(part, ImageAdversarial):
            continue  # it shows images
        # what looks through another head sees the kinds of that
        if hasattr(part, "sees") and getattr(part, "through", None) is None:
            yield from ((name, part.sees) for name in part.head_names())


@torch.no_grad()
def _feature_channels(model: UDASegmentor) -> int | None:
    """Try the backbone on an empty image; None if it takes none of that size."""
    image = torch.zeros(1, 3, _SIDE, _SIDE)
    training = model.training
    model.eval()
    try:
        return model.segmentor.extract_feat(image)[-1].shape[1]
    except (RuntimeError, ValueError, AssertionError, TypeError):
        return None
    finally:
        model.train(training)
