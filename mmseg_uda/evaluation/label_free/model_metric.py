"""A metric that looks at the network once more."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from torch import nn


class ModelMetric(BaseMetric):
    """Measures an image with the network itself, not with its prediction alone.

    :class:`MetricModelHook` lends the network before each validation and test; all
    trainings and tests of mmseg_uda have that hook. The images are looked at one by
    one, and both network and random numbers are to be left as they were.

    Args:
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``.
    """

    default_prefix = "label_free"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model: nn.Module | None = None

    def look_at(self, model: nn.Module) -> None:
        """Take the network, without a wrapper such as DDP, that is evaluated."""
        self.model = model

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Measure each image of a batch.

        Raises:
            ValueError: If there is no network, or test-time augmentation around it.
        """
        name = type(self).__name__
        if self.model is None:
            raise ValueError(
                f"{name} looks at the network, and was lent none: add "
                "dict(type='MetricModelHook') to custom_hooks, which mmseg_uda's "
                "commands have by themselves, or call look_at(model)"
            )
        for data, sample in one_by_one(data_batch, data_samples):
            if isinstance(data["inputs"][0], list | tuple):
                raise ValueError(
                    f"{name} looks at images as they are, which test-time augmentation "
                    "has several of: score without it"
                )
            self.results.append(self.measure(data, sample))

    @abstractmethod
    def measure(self, data: dict, sample: dict) -> Any:
        """Measure one image; what is returned is collected.

        Args:
            data: It as the data loader gives it, a batch of one.
            sample: Its prediction.
        """


def one_by_one(
    data_batch: dict, data_samples: Sequence[dict]
) -> Iterator[tuple[dict, dict]]:
    """Yield the images of a batch as batches of one, each with its prediction.

    Args:
        data_batch: Batch of a data loader, a list or stacked tensor for each name.
        data_samples: Predictions of its images.
    """
    for index, sample in enumerate(data_samples):
        yield {k: v[index : index + 1] for k, v in data_batch.items()}, sample
