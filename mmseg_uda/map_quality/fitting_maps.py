"""Which maps of a model can be computed on a single image of the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mmengine.model import BaseModule
from torch import nn

from mmseg_uda.models.maps.base_map import BaseMap
from mmseg_uda.models.segmentors.domain_wiring import domains_seen, views_seen
from mmseg_uda.models.segmentors.map_wiring import maps_behind
from mmseg_uda.models.segmentors.view_wiring import heads_of
from mmseg_uda.structures.seg_heads import segmentation_heads

_TARGET = "target"
_SEG_HEAD = "decode"


def why_left_out(
    name: str,
    part: BaseMap,
    model: BaseModule,
    views: Mapping[str, nn.Module],
    weights: Sequence[str] | None = None,
) -> str | None:
    """Say why a map of a model cannot be computed, None if it can.

    Args:
        name: Its name.
        part: The map.
        model: The :class:`UDASegmentor` that has it.
        views: Views by name.
        weights: Names of the weights that were loaded; None for all. A discriminator
            that is not among them says nothing.
    """
    try:
        return next(_reasons(name, part, model, views, weights), None)
    except ValueError as error:
        return str(error).splitlines()[0]
    except KeyError as error:
        return f"it uses {error}, which the config does not define"


def _reasons(
    name: str,
    part: BaseMap,
    model: BaseModule,
    views: Mapping[str, nn.Module],
    weights: Sequence[str] | None,
) -> Iterator[str]:
    for view, domain in domains_seen(part, views, model.maps):
        if domain != _TARGET:
            yield f"it looks at view '{view}', and with it at domain '{domain}'"
    behind = [model.maps[inner] for inner in maps_behind([name], model.maps)]
    for inner in behind:
        inner.check(model.segmentor)
    yield from filter(None, (inner.not_ready() for inner in behind))
    wanted = {head for inner in behind for head in inner.extra_seg_heads(_SEG_HEAD)}
    for seg_head in sorted(wanted - {*segmentation_heads(model.segmentor)}):
        yield f"it needs the segmentation head '{seg_head}'"
    heads = {head for inner in behind for head in inner.head_names()}
    for view in views_seen(part, views, model.maps):
        heads.update(heads_of(views[view]))
    for head in sorted(heads):
        if not _is_loaded(head, weights):
            yield f"the checkpoint does not hold its head '{head}'"


def _is_loaded(head: str, weights: Sequence[str] | None) -> bool:
    return weights is None or any(w.startswith(f"heads.{head}.") for w in weights)
