"""The rule that drops nothing."""

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .selection_rule import SelectionRule


@RULES.register_module()
class KeepAll(SelectionRule):
    """Gives every pixel its most probable class.

    What LCRF and RPLUE train on: their weight ``exp(-map)`` takes the place of a
    threshold. (The LCDA paper does not say so; the code of RPLUE, whose second stage
    it follows, has none for GTA5.)
    """

    def settings(self) -> dict:
        """Return ``dict(type='KeepAll')``."""
        return {"type": "KeepAll"}

    def equation(self) -> str:
        """Write the rule as an equation."""
        return "y_target = argmax_c p_c"

    def apply(self, probs: Tensor) -> Tensor:
        """Return argmax over classes: (K, H, W) -> (H, W), uint8."""
        return probs.argmax(0).to(torch.uint8)
