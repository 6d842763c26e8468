"""Pseudo-labels: rules that choose them and the folder they are written to."""

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.structures.predict_probs import predict_probs

from .class_balanced import ClassBalanced
from .class_quantile import ClassQuantile
from .consistency_balanced import ConsistencyBalanced
from .generate import generate_pseudo_labels
from .global_threshold import GlobalThreshold
from .keep_all import KeepAll
from .label_weights import LabelWeights
from .outcome import (
    has_no_batch_norm,
    nothing_kept,
    outcome_line,
    outcome_warnings,
)
from .pseudo_label_writer import PseudoLabelWriter
from .selection_rule import SelectionRule
from .soft_class_balanced import SoftClassBalanced
from .stage import run_pseudo_label_stage

__all__ = [
    "ClassBalanced",
    "ClassQuantile",
    "ConsistencyBalanced",
    "GlobalThreshold",
    "ImageFiles",
    "KeepAll",
    "LabelWeights",
    "PseudoLabelWriter",
    "SelectionRule",
    "SoftClassBalanced",
    "generate_pseudo_labels",
    "has_no_batch_norm",
    "nothing_kept",
    "outcome_line",
    "outcome_warnings",
    "predict_probs",
    "run_pseudo_label_stage",
]
