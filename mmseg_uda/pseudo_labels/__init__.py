"""Pseudo-labels: rules that choose them and the folder they are written to."""

from .generate import generate_pseudo_labels
from .global_threshold import GlobalThreshold
from .image_files import ImageFiles
from .keep_all import KeepAll
from .predict_probs import predict_probs
from .pseudo_label_writer import PseudoLabelWriter
from .selection_rule import SelectionRule
from .stage import run_pseudo_label_stage

__all__ = [
    "GlobalThreshold",
    "ImageFiles",
    "KeepAll",
    "PseudoLabelWriter",
    "SelectionRule",
    "generate_pseudo_labels",
    "predict_probs",
    "run_pseudo_label_stage",
]
