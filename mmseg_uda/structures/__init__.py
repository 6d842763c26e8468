"""What one training iteration shares: views of the domains, and the step."""

from .pixel_range import PixelRange
from .step import Step
from .view import View

__all__ = ["PixelRange", "Step", "View"]
