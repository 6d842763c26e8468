"""Views: which images the objectives and maps look at."""

from .domain_view import DomainView

__all__ = ["DomainView"]
