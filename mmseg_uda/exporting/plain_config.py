"""The config of a network as stock mmseg reads it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmseg.registry import MODELS, TRANSFORMS

from mmseg_uda.datasets.reading import READER_OPTIONS, ImageReader
from mmseg_uda.datasets.transforms import LoadLabels, ReadImage
from mmseg_uda.prediction.build_model import model_config
from mmseg_uda.prediction.target_images import inference_pipeline

from .image_bytes import ImageBytes
from .source_bundle import SourceBundle

_OURS = __name__.partition(".")[0]
_LOADER = "LoadImageFromFile"
# what a network that brings its weights does not need
_OF_TRAINING = ("pretrained", "train_cfg")


class PlainConfig:
    """What stock mmseg needs to know to predict as a config of ours does.

    Args:
        cfg: Config of the network.
        classes: Class names by id.
        palette: RGB triples by class id.
        reader: How images are read.

    Attributes:
        model: Config of the network and its data preprocessor.
        pipeline: Transforms of a test.
        bundle: What of this package they name; None if nothing.
        modules: Modules of the user that they may name.

    Raises:
        ValueError: If the config has no test pipeline, or one that does not begin with
            ``LoadImageFromFile``.
    """

    def __init__(
        self,
        cfg: Config,
        classes: Sequence[str],
        palette: Sequence[Sequence[int]],
        reader: ImageReader,
    ) -> None:
        self.model = _plain_model(model_config(cfg))
        self.pipeline = _plain(unlabelled_pipeline(cfg))
        self.classes = list(classes)
        self.palette = [[int(value) for value in color] for color in palette]
        self.modules = [
            name
            for name in (cfg.get("custom_imports") or {}).get("imports") or []
            if name.partition(".")[0] != _OURS
        ]
        _check_loader(self.pipeline)
        named = {MODELS.get(n["type"]) for n in _typed(self.model)}
        named |= {TRANSFORMS.get(n["type"]) for n in _typed(self.pipeline)}
        if not reader.is_plain:
            named.add(ImageBytes)
        named = [kind for kind in named if kind and _is_ours(kind)]
        self.bundle = SourceBundle(named, "adapted") if named else None
        if self.bundle is not None:
            self._rename(reader)

    def _rename(self, reader: ImageReader) -> None:
        """Name the classes of the bundle by the names that they have there."""
        for node in (*_typed(self.model), *_typed(self.pipeline)):
            for registry in (MODELS, TRANSFORMS):
                kind = registry.get(node["type"])
                if kind is not None and _is_ours(kind):
                    node["type"] = self.bundle.registered(kind)
        if not reader.is_plain:
            options = {name: getattr(reader, name) for name in READER_OPTIONS}
            default = ImageReader()
            self.pipeline[0]["backend_args"] = {
                "backend": self.bundle.registered(ImageBytes),
                **{
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in options.items()
                    if value != getattr(default, name)
                },
            }


def unlabelled_pipeline(cfg: Config) -> list[dict]:
    """Return the config's transforms for a test of images without labels.

    Raises:
        ValueError: If the config has none.
    """
    return [
        transform
        for transform in inference_pipeline(cfg)
        if not issubclass(TRANSFORMS.get(transform["type"]), LoadLabels)
    ]


def _plain_model(model: Mapping) -> dict:
    """Return the config of the network that predicts, in stock mmseg's words."""
    preprocessor = dict(model["data_preprocessor"])
    inner = dict(model.get("segmentor") or model)
    for entry in (*_OF_TRAINING, "data_preprocessor", "init_cfg"):
        inner.pop(entry, None)
    if preprocessor["type"] == "MultiDomainDataPreProcessor":
        preprocessor["type"] = "SegDataPreProcessor"
        if not any(preprocessor.get(k) for k in ("size", "size_divisor")):
            preprocessor["size_divisor"] = 1  # stock mmseg wants one of the two
    network = _plain({"data_preprocessor": preprocessor, **copy.deepcopy(inner)})
    for node in _typed(network):
        node.pop("init_cfg", None)
        if node["type"] == "SyncBN":  # the same numbers, in one process without a GPU
            node["type"] = "BN"
    return {"type": network.pop("type"), **network}


def _check_loader(pipeline: list) -> None:
    kinds = [TRANSFORMS.get(node["type"]) for node in pipeline]
    if kinds and issubclass(kinds[0], ReadImage):
        pipeline[0]["type"] = _LOADER
    elif not kinds or pipeline[0]["type"] != _LOADER:
        raise ValueError(
            "an exported config's test pipeline begins with LoadImageFromFile, which "
            "mmseg's inferencer looks for, got "
            f"{pipeline[0]['type'] if pipeline else 'no transform'}: set "
            "test_dataloader.dataset.pipeline"
        )


def _typed(node: Any) -> Iterator[dict]:
    """Yield all dicts with a ``type``, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for value in node.values():
            yield from _typed(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _typed(value)


def _plain(value: Any) -> Any:
    """Turn config dicts into plain ones, at any depth; tuples stay, mmcv wants some."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == _OURS
