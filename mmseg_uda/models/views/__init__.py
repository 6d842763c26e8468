"""Views: which images the objectives and maps look at."""

from .domain_view import DomainView
from .fourier_transfer import FourierTransfer
from .translated_view import TranslatedView

__all__ = ["DomainView", "FourierTransfer", "TranslatedView"]
