"""Whether the heads of a model have an output for each class of the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS, MODELS
from torch import nn

from mmseg_uda.datasets.seg_folder import SegFolder
from mmseg_uda.engine.walk import dicts_in
from mmseg_uda.structures.seen import FEATURE
from mmseg_uda.structures.seg_heads import num_outputs

from ..errors import StageError
from .head_channels import shown

_HEADS = ("decode_head", "auxiliary_head")


@dataclass(frozen=True)
class NamedClasses:
    """The classes that a data set of a config names.

    Args:
        where: Key of the data set.
        classes: Their names.
        chosen: Whether the config names them, rather than the class of the data set.
    """

    where: str
    classes: tuple[str, ...]
    chosen: bool

    def __str__(self) -> str:
        shown = ", ".join(self.classes[:5]) + ", ..." * (len(self.classes) > 5)
        default = "" if self.chosen else "; its default, as it has no metainfo"
        return f"{self.where} has {len(self.classes)} ({shown}{default})"


def check_classes(cfg: Mapping[str, Any], model: nn.Module, *loaders: str) -> None:
    """Check a model's heads, and what goes by classes, against the labelled data.

    Args:
        cfg: Config of the model and of the data.
        model: The built model; one without a decode head is not checked.
        *loaders: The dataloaders whose labels it learns or is scored by.

    Raises:
        StageError: If a number differs, or two data sets order the classes differently.
    """
    num_classes = num_outputs(getattr(model, "segmentor", model))
    found = [named for loader in loaders for named in labelled_classes(cfg, loader)]
    if num_classes is None or not found:
        return
    others = [named for named in found if len(named.classes) != num_classes]
    if others:
        sizes = {len(named.classes) for named in found}
        raise StageError(
            f"the segmentation heads predict {num_classes} classes, but "
            f"{'; '.join(map(str, others))}. " + _advice(cfg, model, sizes)
        )
    _check_order(found)
    for name, objective in getattr(model, "objectives", {}).items():
        balance = getattr(objective, "class_balance", None)
        if balance is not None and len(balance.often) != num_classes:
            raise StageError(
                f"model.objectives.{name}.class_balance.num_classes is "
                f"{len(balance.often)}, but there are {num_classes} classes: set it to "
                f"{num_classes}"
            )


def check_classes_unbuilt(cfg: Mapping[str, Any], *loaders: str) -> None:
    """Do what :func:`check_classes` does, of a model without memory for its weights.

    Args:
        cfg: Config of the model and of the data. Another mistake in the model is not
            looked for; one that cannot be built so is not checked.
        *loaders: See there.

    Raises:
        StageError: See there.
    """
    try:
        with torch.device("meta"):
            model = MODELS.build({k: v for k, v in cfg["model"].items()})
    except (
        Exception
    ):  # anybody's part may want numbers, and training says what is wrong
        return
    check_classes(cfg, model, *loaders)


def labelled_classes(cfg: Mapping[str, Any], loader: str) -> Iterator[NamedClasses]:
    """Yield the classes of each labelled data set of a dataloader."""
    dataset = (cfg.get(loader) or {}).get("dataset") or {}
    domains = dataset.get("domains")
    if not isinstance(domains, Mapping):
        domains = {None: dataset}
    for name, domain in domains.items():
        where = f"{loader}.dataset" + (f".domains.{name}" if name else "")
        for node in dicts_in(domain):
            inner = node.get("images")  # labels of others come by another node
            named = None if isinstance(inner, Mapping) else _named(node, where)
            if named is not None and _has_labels(node, domain):
                yield named


def _named(node: Mapping[str, Any], where: str) -> NamedClasses | None:
    kind = _kind(node)
    if kind is None:
        return None
    given = (node.get("metainfo") or {}).get("classes")
    classes = given or getattr(kind, "METAINFO", {}).get("classes")
    return NamedClasses(where, tuple(classes), bool(given)) if classes else None


def _has_labels(node: Mapping[str, Any], domain: Mapping[str, Any]) -> bool:
    """Whether a data set has labels, or is given some by one around it."""
    kind = _kind(node)
    bare = issubclass(kind, SegFolder) and kind.make_lut is SegFolder.make_lut
    return not bare or "pseudo_label_dir" in domain


def _kind(node: Mapping[str, Any]) -> type | None:
    kind = node.get("type")
    kind = DATASETS.get(kind) if isinstance(kind, str) else kind
    is_one = isinstance(kind, type) and issubclass(kind, BaseDataset)
    return kind if is_one else None


def _check_order(found: list[NamedClasses]) -> None:
    first = found[0]
    for other in found[1:]:
        same = sorted(other.classes) == sorted(first.classes)
        if same and other.classes != first.classes:
            raise StageError(
                f"{first}, {other}: the same classes in another order, so that one "
                "would be scored, or learned, as another. Give both one metainfo, and "
                "where the label files differ a label_map"
            )


def _advice(cfg: Mapping[str, Any], model: nn.Module, sizes: set[int]) -> str:
    """Say what to set where all data have as many classes, else what to look at."""
    if len(sizes) > 1:
        return (
            "The data sets themselves differ: name the classes of each, metainfo=dict("
            "classes=...), and set num_classes of the heads to their number"
        )
    (size,) = sizes
    return f"Set to {size}: {', '.join(_keys(cfg, model, size))}"


def _keys(cfg: Mapping[str, Any], model: nn.Module, size: int) -> Iterator[str]:
    """Yield all keys of a model that go by the number of classes."""
    prefix = "model.segmentor" if cfg["model"].get("segmentor") else "model"
    segmentor = cfg["model"].get("segmentor") or cfg["model"]
    for key in _HEADS:
        given = segmentor.get(key)
        if isinstance(given, list | tuple):
            yield from (f"{prefix}.{key}.{i}.num_classes" for i in range(len(given)))
        elif given:
            yield f"{prefix}.{key}.num_classes"
    for name in sorted(_heads_of_probs(model)):
        if getattr(model.heads[name], "in_channels", size) != size:
            yield f"model.heads.{name}.in_channels"
    for name, objective in getattr(model, "objectives", {}).items():
        if getattr(objective, "class_balance", None) is not None:
            yield f"model.objectives.{name}.class_balance.num_classes"


def _heads_of_probs(model: nn.Module) -> set[str]:
    if not hasattr(model, "objectives"):
        return set()
    return {name for name, sees in shown(model) if sees != FEATURE}
