"""ToyCity: small drawn street scenes in the formats of the real data sets."""

from .make import ensure_toycity, make_toycity

__all__ = ["ensure_toycity", "make_toycity"]
