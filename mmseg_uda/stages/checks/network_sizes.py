"""Images of sizes that a network does not take, found before anything is trained."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS

from mmseg_uda.datasets.checks.loader_sizes import Batching, sizes_of
from mmseg_uda.datasets.checks.pipeline_sizes import Size
from mmseg_uda.datasets.loader_config import domains_of
from mmseg_uda.datasets.preflight import DatasetReport

from ..errors import StageError

_TAKEN_BY_ALL = 64  # pixels; what is a multiple of it fits every stride in use
_TRIED = 4  # sizes of a loader


def check_network_sizes(
    cfg: Mapping[str, Any], reports: Iterable[DatasetReport], batching: Batching
) -> None:
    """Try sizes that images come in on the network, without computing anything.

    UNets, for one, take sides that are multiples of their strides alone, and
    transformers of timm those that are multiples of their patches.

    Args:
        cfg: Config of a training stage.
        reports: What the data sets of one of its loaders hold.
        batching: What becomes of their images.

    Raises:
        StageError: If an assertion of the network refuses one.
    """
    odd = _odd_sizes(cfg, reports, batching, _multiples(cfg))
    segmentor = _segmentor(cfg) if odd else None
    if segmentor is None or _cuts_or_pads(cfg, segmentor, batching):
        return
    for (width, height), path in odd.items():
        seen = _seen(segmentor, (width, height), batching)
        told = _objection(segmentor, *seen)
        if told:
            slides = seen != (width, height)
            window = f", seen in windows of {seen[0]}x{seen[1]}" if slides else ""
            raise StageError(
                f"behind the pipeline, {path} is {width}x{height} (width x height)"
                f"{window}, which the network does not take: {told}. Resize or crop "
                "images to sizes that it takes, or, to predict, let the data "
                "preprocessor pad: data_preprocessor.test_cfg=dict(size_divisor=32)"
            )


def _multiples(cfg: Mapping[str, Any]) -> int | None:
    """Return a side whose multiples fit the network of a config; None if unknown.

    mmseg's backbones halve images; others may cut them into patches of 14 pixels.
    """
    model = cfg.get("model") or {}
    backbone = (model.get("segmentor") or model).get("backbone") or {}
    kind = MODELS.get(str(backbone.get("type")))
    module = getattr(kind, "__module__", "")
    timm = "timm" in module.rpartition(".")[2]
    own = module.startswith(("mmseg.", "mmseg_uda.")) and not timm
    return _TAKEN_BY_ALL if own else None


def _odd_sizes(
    cfg: Mapping[str, Any],
    reports: Iterable[DatasetReport],
    batching: Batching,
    multiples: int | None,
) -> dict[Size, str]:
    """Return a file by size, for a few sizes that a network may not take."""
    if not cfg.get("model"):
        return {}
    loader, odd = cfg[batching.key], {}
    domains = domains_of(loader)
    for report in reports:
        behind = sizes_of(report, domains.get(report.name, loader["dataset"]))
        for path, size in zip(report.paths, report.sizes, strict=True):
            sizes = behind.get(size)
            fixed = sizes is not None and sizes.fixed
            if fixed and not (multiples and _fits(sizes.low, multiples)):
                odd.setdefault(sizes.low, path)
    return dict(list(odd.items())[:_TRIED])


def _fits(size: Size, multiples: int) -> bool:
    return not any(side % multiples for side in size)


def _segmentor(cfg: Mapping[str, Any]) -> EncoderDecoder | None:
    """Build the segmentor of a config, without memory for its weights."""
    given = cfg["model"].get("segmentor") or cfg["model"]
    try:
        segmentor = MODELS.build({**copy.deepcopy(given), "data_preprocessor": None})
    except Exception:  # whatever is wrong with it, other checks say
        return None
    is_one = isinstance(segmentor, EncoderDecoder)
    return segmentor.to("meta").eval() if is_one else None


def _cuts_or_pads(
    cfg: Mapping[str, Any], segmentor: EncoderDecoder, batching: Batching
) -> bool:
    """Whether the network sees other sizes than those behind the pipeline."""
    if batching.training:
        return batching.size is not None or batching.pads
    inner = cfg["model"].get("data_preprocessor")
    pads = (inner or cfg.get("data_preprocessor") or {}).get("test_cfg")
    return bool(pads)


def _seen(segmentor: EncoderDecoder, size: Size, batching: Batching) -> Size:
    """Return the width and height of what the network sees of an image at once."""
    test_cfg = segmentor.test_cfg or {}
    window = test_cfg.get("crop_size")
    slides = test_cfg.get("mode") == "slide" and isinstance(window, list | tuple)
    if batching.training or not slides:
        return size
    return min(size[0], window[1]), min(size[1], window[0])


@torch.no_grad()
def _objection(segmentor: EncoderDecoder, width: int, height: int) -> str:
    image = torch.empty(2, 3, height, width, device="meta")
    meta = {"img_shape": (height, width), "ori_shape": (height, width)}
    try:
        segmentor.encode_decode(image, [meta, meta])
    except AssertionError as error:
        return str(error).rstrip(".")
    except Exception:  # not every operation knows such tensors
        return ""
    return ""
