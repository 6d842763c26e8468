"""Scores of a network on images without labels."""

from .agreement_metric import AgreementMetric
from .consistency_metric import ConsistencyMetric
from .label_free_metric import LabelFreeMetric
from .model_metric import ModelMetric, one_by_one
from .smoothness_metric import SmoothnessMetric

__all__ = [
    "AgreementMetric",
    "ConsistencyMetric",
    "LabelFreeMetric",
    "ModelMetric",
    "SmoothnessMetric",
    "one_by_one",
]
