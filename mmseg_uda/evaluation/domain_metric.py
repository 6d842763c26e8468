"""A metric that looks at one domain of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS
from torch import nn

from .label_free.model_metric import one_by_one


@METRICS.register_module()
class DomainMetric(BaseMetric):
    """Any metric, of the samples of one domain.

    For a validation of several domains at once, whose data set is a
    :class:`MultiDomainDataset`: mIoU on held-out images of the source beside scores of
    the target that need no labels. The names get the domain's name in front,
    ``save_best="source/mIoU"``, ``"target/label_free/information"``.

    Args:
        domain: Its name among the data set's ``domains``.
        metric: Config of the metric.
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``; the
            prefix is the domain's name if it is not said.

    Raises:
        ValueError: If no sample is of the domain, or samples name none.
    """

    def __init__(self, domain: str, metric: dict, **kwargs: Any) -> None:
        super().__init__(**{"prefix": domain, **kwargs})
        self.domain = domain
        self.metric: BaseMetric = METRICS.build(metric)
        self._seen: set[str] = set()

    @property
    def dataset_meta(self) -> dict | None:
        """Meta information of the validation data set, all domains together."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict | None) -> None:
        self._dataset_meta = dataset_meta
        self.metric.dataset_meta = dataset_meta

    @property
    def never_predicted(self) -> list[str]:
        """Of a metric that has it: classes with labels, but without predictions."""
        return getattr(self.metric, "never_predicted", [])

    def look_at(self, model: nn.Module) -> None:
        """Hand the network on to a metric that looks at it."""
        if hasattr(self.metric, "look_at"):
            self.metric.look_at(model)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Let the metric process the samples of the domain.

        Raises:
            ValueError: If a sample names no domain.
        """
        for data, sample in one_by_one(data_batch, data_samples):
            name = sample.get("domain")
            if name is None:
                raise ValueError(
                    f"DomainMetric wants samples of {self.domain!r}, but they name no "
                    "domain: let the data set be dict(type='MultiDomainDataset', "
                    f"domains=dict({self.domain}=...))"
                )
            self._seen.add(name)
            if name == self.domain:
                self.metric.process(data, [sample])
            # One entry a sample, be it empty: those of all ranks are put in order and
            # cut to the size of the whole set.
            self.results.append(self.metric.results)
            self.metric.results = []

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return what the metric says of its domain.

        Raises:
            ValueError: If there is no sample of it.
        """
        own = [result for of_sample in results for result in of_sample]
        if not own:
            raise ValueError(
                f"no sample is of the domain {self.domain!r}; there are "
                f"{', '.join(sorted(self._seen)) or 'none'}"
            )
        scores = self.metric.compute_metrics(own)
        prefix = f"{self.metric.prefix}/" if self.metric.prefix else ""
        return {f"{prefix}{name}": value for name, value in scores.items()}
