"""How far from the source a discriminator takes each part of an image to be."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.structures.seen import FEATURE, SEES, seen_equation
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap


@MAPS.register_module()
class ImageConsistencyMap(BaseMap):
    r"""The image-level consistency map of the MLAN paper, Eq. 7.

    .. math:: M_{image}^{uv} = 1 - \log C_{image}(E(x_t))^{uv}

    with C the discriminator's probability of *source*: at least 1, and the larger the
    surer C is that it sees the target. (The text labels the source 0; with C the
    probability of label 1 the map would be large where the domains agree.) The
    discriminator is a constant here: gradient reaches what it sees only.

    Args:
        head: Entry of ``model.heads``, a discriminator of one scale that gives logits,
            as it learns to with ``gan='bce'``.
        on: View that is judged.
        sees: What the discriminator sees, as in its :class:`Adversarial`.
        source_label: Label of the source there, 0 or 1.

    Shape:
        - Output: (N, U, V), >= 1, nats.

    Raises:
        ValueError: If an option is unknown; in ``forward``, if the discriminator has
            several scales.
    """

    takes_fused = True
    #: What the discriminator has to be trained with, for its logit to be one.
    gan = "bce"

    def __init__(
        self,
        head: str,
        on: str = "target",
        sees: str = FEATURE,
        source_label: int = 1,
    ) -> None:
        super().__init__(on)
        check_choice("sees", sees, SEES)
        check_choice("source_label", source_label, (0, 1))
        self.head = head
        self.sees = sees
        self.source_label = source_label

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, U, V)."""
        outputs = step.judged(self.head, self.on, seg_head, self.sees)
        if len(outputs) != 1:
            raise ValueError(
                f"ImageConsistencyMap needs a discriminator of one scale, "
                f"{self.head!r} has {len(outputs)}: use a PixelDiscriminator"
            )
        logits = at_least_float32(outputs[0].squeeze(1))
        return 1 - F.logsigmoid(logits if self.source_label else -logits)

    def head_names(self) -> list[str]:
        """The discriminator."""
        return [self.head]

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        shown = seen_equation(self.on, seg_head, self.sees)
        return f"1 - log P( source | {self.head}({shown}) )"
