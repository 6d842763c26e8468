"""Checking that a loss per pixel and the map that weights it belong together."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from .map_wiring import maps_behind
from .view_wiring import views_behind


def check_weights(model: nn.Module) -> None:
    """Check the weights of all objectives of a UDASegmentor.

    Raises:
        ValueError: If a weight is to resize a loss that is averaged at its own size, or
            its map is of the images of another domain than the loss.
    """
    for name, objective in model.objectives.items():
        weight = getattr(objective, "weight", None)
        if weight is None:
            continue
        if weight.resize == "loss" and getattr(objective, "average", "") == "valid":
            raise ValueError(
                f"objective {name!r} averages over what has a label, at the size of "
                "its loss, so that its weight cannot have resize='loss'. Use "
                "resize='weight'"
            )
        _check_domains(model, name, objective)


def _check_domains(model: nn.Module, name: str, objective: nn.Module) -> None:
    by = objective.weight.map
    own_maps = [m for m in objective.maps() if m != by]
    own = _domains(model, objective.weighted_views(), own_maps)
    its = _domains(model, (), [by])
    if own and its and own.isdisjoint(its):
        raise ValueError(
            f"objective {name!r} is a loss on images of domain {_listed(own)}, but "
            f"map {by!r}, which weights it, is of images of domain {_listed(its)}: "
            "their pixels have nothing to do with each other. Weight it by a map on "
            "the view of its own images (option `on` of the map)"
        )


def _domains(
    model: nn.Module, views: Iterable[str], maps: Iterable[str]
) -> frozenset[str]:
    """Domains of the images behind views and maps; none if that cannot be told."""
    names = list(views)
    for name in maps_behind(maps, model.maps):
        names += model.maps[name].views()
    found = set()
    for name in views_behind(model.views, names):
        view = model.views[name]
        if hasattr(view, "domain"):
            found.add(view.domain)
        elif not hasattr(view, "views"):
            return frozenset()
    return frozenset(found)


def _listed(domains: Iterable[str]) -> str:
    return " and ".join(map(repr, sorted(domains)))
