"""Views: which images the objectives and maps look at."""

from .domain_view import DomainView
from .fourier_transfer import FourierTransfer

__all__ = ["DomainView", "FourierTransfer"]
