"""Normalisation and batching of several domains."""

from collections.abc import Mapping
from typing import Any

import torch
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS


@MODELS.register_module()
class MultiDomainDataPreProcessor(SegDataPreProcessor):
    """mmseg's preprocessor, which in training keeps the domains apart.

    Training batches of :class:`MultiDomainDataset` become ``dict(inputs={domain: (N,
    3, H, W)}, data_samples={domain: [SegDataSample, ...]})``; domains may differ in
    batch size and image size. All else (validation, test, inference, batches whose
    samples name no domain) is mmseg's own form: a tensor and a list.

    In training nothing is padded unless ``size`` or ``size_divisor`` asks for it:
    padding would enter the target's losses, which know no ignored pixels.

    The field's input convention is BGR in [0, 255] minus the mean (104.00698793,
    116.66876762, 122.67891434), ``std=(1, 1, 1)`` and ``bgr_to_rgb=False``.

    Args:
        **kwargs: As :class:`mmseg.models.SegDataPreProcessor`; ``size`` (height,
            width) and ``size_divisor`` may both be left out.

    Raises:
        ValueError: If, without ``size`` and ``size_divisor``, the images of a domain
            differ in size, or if only some samples of a batch name a domain.
    """

    def __init__(self, **kwargs: Any) -> None:
        pads = any(kwargs.get(key) is not None for key in ("size", "size_divisor"))
        if not pads:
            kwargs["size_divisor"] = 1  # mmseg wants one of the two; 1 adds nothing
        super().__init__(**kwargs)
        self.pads = pads

    def forward(self, data: dict, training: bool = False) -> dict[str, Any]:
        """Normalise and stack a batch, by domain if it is one for training."""
        domains = [s.metainfo.get("domain") for s in data.get("data_samples") or []]
        if not training or not any(domains):
            return super().forward(data, training)
        if None in domains:
            raise ValueError(
                "some samples of the batch name no domain: feed the model from one "
                "MultiDomainDataset"
            )
        batches = {
            name: super(MultiDomainDataPreProcessor, self).forward(
                self._select(data, domains, name), training
            )
            for name in dict.fromkeys(domains)
        }
        return {
            key: {name: batch[key] for name, batch in batches.items()}
            for key in ("inputs", "data_samples")
        }

    def _select(self, data: Mapping[str, Any], domains: list, name: str) -> dict:
        """Return the part of the batch that is of one domain."""
        rows = [row for row, domain in enumerate(domains) if domain == name]
        part = {
            key: [data[key][row] for row in rows] for key in ("inputs", "data_samples")
        }
        if not self.pads:
            _check_sizes(part["inputs"], part["data_samples"], name)
        return part


def _check_sizes(images: list[torch.Tensor], samples: list, name: str) -> None:
    """Raise if images of one domain differ in size."""
    shapes = [tuple(image.shape[-2:]) for image in images]
    for shape, sample in zip(shapes, samples, strict=True):
        if shape != shapes[0]:
            raise ValueError(
                f"images of domain {name!r} differ in size: "
                f"{samples[0].metainfo.get('img_path')} is {shapes[0]}, "
                f"{sample.metainfo.get('img_path')} is {shape} (height, width). End "
                "the domain's pipeline with a Resize to a fixed scale or a crop, or "
                "set `size` of the data preprocessor to pad"
            )
