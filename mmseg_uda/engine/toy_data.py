"""ToyCity in the place of a config's data, see :mod:`mmseg_uda.engine.toy`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmseg_uda.datasets.label_maps import CITYSCAPES_CLASSES
from mmseg_uda.datasets.named import TABLE

from .run_length import HOOK_LISTS
from .toy_batch import LOADERS
from .walk import dicts_in

#: ToyCity's folders, and how a class or folder begins that one stands in for.
FOLDERS = {"gta5": "gta5", "synthia": "synthia", "cityscapes": "cityscapes"}
#: Data sets that are known by name, whose files lie as those of no part of ToyCity.
_NAMED = ("NamedFolder", "NamedImages")
#: What of them says which files of the download count.
_OF_THE_DOWNLOAD = ("name", "split", "part", "indices")


def put_on_toycity(cfg: Config, root: str) -> list[str]:
    """Let a config read its images from ToyCity, in place.

    Args:
        cfg: Config of a training stage.
        root: Folder that ToyCity was drawn to.

    Returns:
        What was changed, one line a rule.

    Raises:
        ValueError: If it is unclear which part stands in for a data set, or ToyCity has
            too few classes.
    """
    told = [f"data under {root}", *_take_its_classes(cfg)]
    named = False
    for role, node in _datasets(cfg):
        if node.get("type") == "PseudoLabelledDataset":
            node["allow_empty"] = True  # a trial of few iterations may keep nothing
        if node.get("data_root") is None:
            continue
        if node.get("type") in _NAMED:
            _stand_in(node, role)
            named = True
        node["data_root"] = f"{root}/{_folder(node)}"
    if named:
        told[0] += ": for data sets by name GTA5's style as source, else Cityscapes'"
    return told


def toy_domains(configs: Iterable[Config], root: str) -> list[str]:
    """Folders of the ToyCity in ``root`` that configs read."""
    read = {node.get("data_root") for cfg in configs for _, node in _datasets(cfg)}
    return [name for name in FOLDERS.values() if f"{root}/{name}" in read]


def _datasets(cfg: Config) -> Iterator[tuple[str, dict]]:
    """Yield the dicts below all data sets, and what each is for."""
    domains = ((cfg.get("train_dataloader") or {}).get("dataset") or {}).get("domains")
    of_source = {id(node) for node in dicts_in((domains or {}).get("source"))}
    for place in (*LOADERS, *HOOK_LISTS):
        for node in dicts_in(cfg.get(place)):
            if place in HOOK_LISTS or id(node) in of_source:
                yield "source", node
            else:
                yield "target" if place == LOADERS[0] else "scored", node


def _stand_in(node: dict, role: str) -> None:
    """Make a data set by name one of ToyCity's kinds, in place."""
    labelled = node["type"] == "NamedFolder"
    for option in _OF_THE_DOWNLOAD:
        node.pop(option, None)
    if role == "source":
        node["type"] = "GTA5Dataset"
        return
    node["type"] = "CityscapesLabelled" if labelled else "CityscapesImages"
    node["split"] = "val" if role == "scored" else "train"


def _folder(dataset: Mapping[str, Any]) -> str:
    last = str(dataset["data_root"]).rstrip("/").rsplit("/", 1)[-1]
    for name in (str(dataset.get("type", "")), last):
        for start, folder in FOLDERS.items():
            if name.lower().startswith(start):
                return folder
    raise ValueError(
        f"--toy does not know which part of ToyCity stands in for "
        f"{dataset.get('type')} in '{dataset['data_root']}'. It goes by the name of "
        f"the class or folder: {', '.join(FOLDERS)}."
    )


def _take_its_classes(cfg: Config) -> list[str]:
    """Give data sets by name with other classes than ToyCity's as many of its first.

    Returns:
        What was changed, if anything was.

    Raises:
        ValueError: If it has fewer.
    """
    others: dict[tuple[str, ...], None] = {}
    for _, node in _datasets(cfg):
        if node.get("type") not in _NAMED:
            continue
        classes = (node.get("metainfo") or {}).get("classes") or _usual(node)
        if not set(classes) <= set(CITYSCAPES_CLASSES):
            others[tuple(classes)] = None
            node["metainfo"] = {"classes": CITYSCAPES_CLASSES[: len(classes)]}
    if not others:
        return []
    most = max(others, key=len)
    if len(most) > len(CITYSCAPES_CLASSES):
        raise ValueError(
            f"--toy: ToyCity has {len(CITYSCAPES_CLASSES)} classes, this config "
            f"{len(most)}: {', '.join(most)}. Try it on its own data, with a small "
            "train_cfg.max_iters"
        )
    taken = ", ".join(CITYSCAPES_CLASSES[: len(most)])
    return [f"classes {', '.join(most)} become ToyCity's {taken}; others are ignored"]


def _usual(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the classes that a data set has by its name."""
    entry = TABLE.get(str(node.get("name")))
    return entry.classes if entry else ()
