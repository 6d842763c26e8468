"""Finding the views, and domains, whose images a part of a model is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import nn

from .map_wiring import maps_behind
from .view_wiring import domains_of, views_behind


def views_seen(
    part: nn.Module, views: Mapping[str, nn.Module], maps: Mapping[str, nn.Module]
) -> list[str]:
    """Name the views that an objective or a map looks at, through maps and views, too.

    Args:
        part: The objective or map.
        views: View parts by name.
        maps: Map parts by name.

    Raises:
        ValueError: If a view is made of itself.
    """
    names = [*part.views()]
    for behind in maps_behind(part.maps(), maps):
        names += maps[behind].views()
    return views_behind(views, names)


def domains_seen(
    part: nn.Module, views: Mapping[str, nn.Module], maps: Mapping[str, nn.Module]
) -> Iterator[tuple[str, str]]:
    """Yield the domains that an objective or a map looks at, as (view, domain).

    Args:
        part: The objective or map.
        views: View parts by name.
        maps: Map parts by name.

    Raises:
        ValueError: If a view is made of itself.
    """
    for view in views_seen(part, views, maps):
        for domain in domains_of(views[view]):
            yield view, domain
