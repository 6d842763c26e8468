"""Scores that hooks decide by, and pseudo-labels that scores wait for, before a run."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.evaluator import Evaluator

from mmseg_uda.engine.hooks import ResultHook
from mmseg_uda.stages.checks.evaluator import check_evaluator
from mmseg_uda.stages.checks.hooks import check_scores
from mmseg_uda.stages.checks.labels_come import check_labels_come
from mmseg_uda.stages.errors import StageError

SOURCE = dict(type="DomainMetric", domain="source", metric=dict(type="UDAIoUMetric"))
FREE = dict(type="LabelFreeMetric")
TARGET = dict(type="DomainMetric", domain="target", metric=dict(type="AgreementMetric"))


def check(key, *metrics):
    runner = SimpleNamespace(hooks=[ResultHook(key)])
    check_scores(runner, Evaluator([dict(metric) for metric in metrics]))


@pytest.mark.parametrize(
    ("key", "metrics"),
    [
        ("label_free/density", [FREE]),
        ("label_free/invariance", [FREE, dict(type="ConsistencyMetric")]),
        ("label_free/smoothness", [dict(type="SmoothnessMetric")]),
        ("source/mIoU", [SOURCE, TARGET]),
        (
            "source/mIoU13",
            [dict(SOURCE, metric=dict(SOURCE["metric"], subsets="synthia"))],
        ),
        ("target/label_free/class_agreement", [SOURCE, TARGET]),
        ("scale/consistency", [dict(type="ConsistencyMetric", prefix="scale")]),
    ],
)
def test_check_scores__names_of_what_is_measured(key, metrics):
    check(key, *metrics)


@pytest.mark.parametrize(
    ("key", "metrics", "meant"),
    [
        ("label_free/densty", [FREE], "label_free/density"),
        ("mIoU", [SOURCE], "source/mIoU"),
        ("label_free/agreement", [SOURCE, TARGET], "target/label_free/agreement"),
    ],
)
def test_check_scores__refuses_others(key, metrics, meant):
    with pytest.raises(StageError, match=rf"by '{key}'.*measures .*{meant}"):
        check(key, *metrics)


@pytest.mark.parametrize(
    "given",
    [
        dict(FREE, num_pixls=3),
        [SOURCE, dict(FREE, num_pixls=3)],
        dict(type="Evaluator", metrics=[dict(FREE, num_pixls=3)]),
        dict(SOURCE, metric=dict(FREE, num_pixls=3)),
    ],
)
def test_check_evaluator__misspelt_arguments_wherever_they_are(given):
    with pytest.raises(StageError, match=r"val_evaluator.*'num_pix"):
        check_evaluator(given, "val_evaluator")


def test_check_evaluator__what_is_fine():
    check_evaluator([SOURCE, FREE, TARGET], "val_evaluator")


@pytest.mark.parametrize("metric", [TARGET["metric"], TARGET])
def test_check_labels_come__agreement_needs_labels(metric):
    cfg = Config(dict(val_evaluator=[FREE, metric]))
    outlook = SimpleNamespace(config=lambda stage: cfg)
    with pytest.raises(StageError, match=r"'stage_one' takes no pseudo-labels.*Agreem"):
        check_labels_come(outlook, SimpleNamespace(name="stage_one"))


def test_check_labels_come__agreement_with_a_folder():
    cfg = Config(dict(val_evaluator=dict(TARGET["metric"], pseudo_label_dir="there")))
    outlook = SimpleNamespace(config=lambda stage: cfg)
    check_labels_come(outlook, SimpleNamespace(name="stage_one"))
