"""What one training iteration shares: views of the domains, and the step."""

from .pixel_range import PixelRange
from .step import AFTER_TRAINING, Step
from .view import View

__all__ = ["AFTER_TRAINING", "PixelRange", "Step", "View"]
