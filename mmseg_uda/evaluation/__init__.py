"""IoU over 19, 16 and 13 classes, and tables of results."""

from mmseg_uda.utils.class_sets import CITYSCAPES_CLASSES, SYNTHIA_13, SYNTHIA_16

from .domain_metric import DomainMetric
from .iou_table import iou_table
from .label_free import (
    AgreementMetric,
    ConsistencyMetric,
    LabelFreeMetric,
    SmoothnessMetric,
)
from .results import results_table
from .short_log_processor import ShortLogProcessor
from .uda_iou_metric import UDAIoUMetric

__all__ = [
    "CITYSCAPES_CLASSES",
    "SYNTHIA_13",
    "SYNTHIA_16",
    "AgreementMetric",
    "ConsistencyMetric",
    "DomainMetric",
    "LabelFreeMetric",
    "ShortLogProcessor",
    "SmoothnessMetric",
    "UDAIoUMetric",
    "iou_table",
    "results_table",
]
