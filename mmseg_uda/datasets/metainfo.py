"""Names and colours of the classes of a data set."""

from collections.abc import Mapping
from typing import Any

from .label_maps import CITYSCAPES_CLASSES, CITYSCAPES_PALETTE


def complete_metainfo(metainfo: Mapping[str, Any] | None) -> dict:
    """Return the classes, and a palette if they are all Cityscapes'.

    Args:
        metainfo: ``dict(classes=..., palette=...)``; None: Cityscapes'.

    Raises:
        ValueError: If the classes are not different names.
    """
    info = dict(metainfo or {})
    classes = info.get("classes", CITYSCAPES_CLASSES)
    if isinstance(classes, str) or len({*classes}) != len(classes):
        raise ValueError(
            "metainfo.classes must be a list of different names, got "
            f"{classes!r} (a single one is written ['lake'])"
        )
    info["classes"] = tuple(classes)
    if "palette" not in info:
        known = set(classes) <= set(CITYSCAPES_CLASSES)
        colours = dict(zip(CITYSCAPES_CLASSES, CITYSCAPES_PALETTE, strict=True))
        # mmseg invents colours for an empty palette.
        info["palette"] = [colours[name] for name in classes] if known else []
    return info
