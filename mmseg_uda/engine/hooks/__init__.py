"""Hooks: reproducible noise, safe checkpoints, lasting results, pictures, weights."""

from .atomic_checkpoint_hook import AtomicCheckpointHook
from .iteration_seed_hook import IterationSeedHook
from .metric_model_hook import MetricModelHook
from .noise_bound_hook import NoiseBoundHook
from .paint_predictions_hook import PaintPredictionsHook
from .result_hook import ResultHook
from .sample_maps_hook import SampleMapsHook
from .sample_views_hook import SampleViewsHook
from .target_statistics_hook import TargetStatisticsHook
from .weight_report_hook import WeightReportHook

__all__ = [
    "AtomicCheckpointHook",
    "IterationSeedHook",
    "MetricModelHook",
    "NoiseBoundHook",
    "PaintPredictionsHook",
    "ResultHook",
    "SampleMapsHook",
    "SampleViewsHook",
    "TargetStatisticsHook",
    "WeightReportHook",
]
