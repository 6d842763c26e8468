"""What one training iteration shares: views of the domains, and the step."""

from .step import Step
from .view import View

__all__ = ["Step", "View"]
