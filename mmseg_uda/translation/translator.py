"""One image translator of a checkpoint, without the rest of its model."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_uda.structures import PixelRange
from mmseg_uda.utils.plain import plain
from mmseg_uda.weights.checkpoints import load_weights, load_weights_file
from mmseg_uda.weights.published import below

_TRIED = (64, 64)


class Translator:
    """A generator with the data preprocessor that it was trained behind.

    Images are not padded, whatever ``test_cfg`` of the preprocessor says: that is for
    segmentors.

    Args:
        cfg: Config of the stage that trained it.
        checkpoint: Its checkpoint. Of it the generator's weights are loaded, all of
            them; None leaves the initial ones.
        generator: Entry of ``model.heads``.

    Raises:
        ValueError: If the config or the checkpoint has no such head, one does not fit
            the other, or the head makes no images.
    """

    def __init__(
        self, cfg: Config, checkpoint: str | Path | None, generator: str = "g_st"
    ) -> None:
        heads = {k: v for k, v in (cfg.model.get("heads") or {}).items() if v}
        if generator not in heads:
            raise ValueError(
                f"the model has no head {generator!r} to translate with; it has: "
                f"{', '.join(heads) or 'none'}. Give the config that the translator "
                "was trained with, and the name of its head"
            )
        preprocessor = cfg.model.get("data_preprocessor", cfg.get("data_preprocessor"))
        self.config: dict[str, Any] = plain(
            {"generator": heads[generator], "data_preprocessor": preprocessor}
        )
        self.net: nn.Module = MODELS.build(copy.deepcopy(heads[generator])).eval()
        _check_translates(self.net, generator)
        self.preprocessor: nn.Module = MODELS.build(copy.deepcopy(preprocessor))
        # what it pads segmentors' images with would be translated, and squeezed with
        # the image into the size of the original
        self.preprocessor.test_cfg = None
        self.pixels = PixelRange.of(self.preprocessor)
        if checkpoint is not None:
            self._load(checkpoint, generator)

    def to(self, device: torch.device) -> Translator:
        """Move it to a device."""
        self.net.to(device)
        self.preprocessor.to(device)
        self.pixels = PixelRange.of(self.preprocessor)
        return self

    @torch.no_grad()
    def __call__(self, data: Mapping[str, Any]) -> Tensor:
        """Translate a collated batch of images of one size.

        Returns:
            (N, H, W, 3) uint8, BGR, at the size that the pipeline gave the images.

        Raises:
            ValueError: If the images differ in size.
        """
        sizes = {tuple(image.shape[-2:]) for image in data["inputs"]}
        if len(sizes) > 1:
            raise ValueError(
                f"the images of a batch differ in size: {sorted(sizes)} (height, "
                "width). Let translate_pipeline resize them, or take batches of one"
            )
        images = self.preprocessor(dict(data), training=False)["inputs"]
        unit = self.net(self.pixels.to_unit(images))
        return self.pixels.unit_to_bgr(unit)

    def _load(self, checkpoint: str | Path, generator: str) -> None:
        weights = load_weights_file(checkpoint)
        own = below(weights, f"heads.{generator}")
        if not own:
            heads = {n.split(".")[1] for n in weights if n.startswith("heads.")}
            raise ValueError(
                f"'{checkpoint}' holds no head {generator!r}; it holds: "
                f"{', '.join(sorted(heads)) or 'no heads at all'}. Give a checkpoint "
                "of the stage that trained the translator"
            )
        load_weights(self.net, own, f"{checkpoint}, heads.{generator}")


@torch.no_grad()
def _check_translates(net: nn.Module, name: str) -> None:
    """Try a small image, so that a discriminator's name costs no training."""
    image = torch.zeros(1, 3, *_TRIED)
    try:
        made = net(image)
    except Exception as error:  # a head of another kind may fail in any way
        made, cause = None, error
    else:
        cause = None
    if not isinstance(made, Tensor) or made.shape != image.shape:
        raise ValueError(
            f"head {name!r} is a {type(net).__name__}, which makes no image of an "
            "image; give the name of a translator, such as a ResNetGenerator"
        ) from cause
