"""Views: which images the objectives and maps look at."""

from .domain_view import DomainView
from .translated_view import TranslatedView

__all__ = ["DomainView", "TranslatedView"]
