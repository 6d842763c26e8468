"""What must be so for the noise bound of a map to be found from images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from mmseg_uda.models.segmentors.domain_wiring import domains_seen


def auto_maps(model: nn.Module) -> list[str]:
    """Name the maps of a model whose bound is found from data."""
    maps = getattr(model, "maps", {})
    return [name for name in maps if getattr(maps[name], "finds_eps", False)]


def check_maps(names: Sequence[str], model: nn.Module) -> None:
    """Check that maps are there, have ``eps="auto"`` and look at a single domain.

    Raises:
        ValueError: If one is or does not.
    """
    auto = auto_maps(model)
    for name in names:
        if name not in auto:
            raise ValueError(
                f"NoiseBoundHook finds the bound of map {name!r}, but the maps with "
                f"noise=dict(eps='auto') are: {', '.join(auto) or 'none'}"
            )
        part = model.maps[name]
        domains = sorted({d for _, d in domains_seen(part, model.views, model.maps)})
        if len(domains) != 1:
            raise ValueError(
                f"NoiseBoundHook shows map {name!r} images of one data set, but its "
                f"view {part.on!r} is made of the domains {', '.join(domains)}. Let "
                "the map look at a view of one domain, or set eps to a number"
            )


def check_labelled(dataset: Any) -> None:
    """Check, on its first image, that a data set has images and labels for a network.

    Raises:
        ValueError: If it has not.
    """
    first = dataset[0]
    if not (isinstance(first, dict) and {"inputs", "data_samples"} <= first.keys()):
        raise ValueError(
            "its pipeline does not give a network its input: let it end with "
            "PackSegInputs"
        )
    check_has_labels(first["data_samples"])


def check_has_labels(sample: Any) -> None:
    """Check that an image has labels.

    Raises:
        ValueError: If it has none.
    """
    if "gt_sem_seg" not in sample:
        raise ValueError(
            "NoiseBoundHook: its images have no labels; name a labelled data set "
            "of the source, whose pipeline loads them (LoadLabels)"
        )


def check_not_target(dataset: Any, others: Iterable[Any]) -> None:
    """Refuse images of the target, whose labels must not be opened.

    Args:
        dataset: Where a bound is to be found.
        others: Data sets of the target: of its training and of the validation.

    Raises:
        ValueError: If it has images in the folder of one of these.
    """
    own = _folder(dataset)
    for other in others:
        folder = _folder(other)
        if own and folder and (own == folder or own.is_relative_to(folder)):
            raise ValueError(
                f"NoiseBoundHook: its images lie in {own}, which are the target's. The "
                "bound is found without labels of the target: name a labelled data set "
                "of the source"
            )


def _folder(dataset: Any) -> Path | None:
    """Return the folder that the images of a data set lie in, if that can be told."""
    images = getattr(dataset, "images", dataset)  # of one that adds labels to another
    prefix = getattr(images, "data_prefix", None) or {}
    folder = getattr(images, "image_root", None) or prefix.get("img_path")
    return Path(folder).resolve() if folder else None
