"""What is found out before the first stage runs."""

from pathlib import Path

import pytest
from helpers import tiny_segmentor
from mmengine.config import Config
from mmseg.registry import DATASETS, MODELS

from mmseg_uda.stages import PseudoLabelStage
from mmseg_uda.stages.checks.domains import check_domains
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.checks.predicting import check_predicting
from mmseg_uda.stages.checks.signatures import check_arguments
from mmseg_uda.stages.errors import StageError
from mmseg_uda.stages.run.decide import decide
from mmseg_uda.stages.run.record import STARTED
from mmseg_uda.utils.atomic_files import write_json


def predicting(**overrides):
    return PseudoLabelStage("labels", Path("c.py"), checkpoint="one", **overrides)


def test_check_predicting__misspelt_rule():
    with pytest.raises(StageError, match="Did you mean 'KeepAll'"):
        check_predicting(predicting(rule=dict(type="KeepAl")), Config())


def test_check_predicting__rule_out_of_range():
    rule = dict(type="GlobalThreshold", threshold=7)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        check_predicting(predicting(rule=rule), Config())


def test_check_predicting__flag_that_is_neither_true_nor_false():
    rule = dict(type="ConsistencyBalanced", keep_ties="no")
    with pytest.raises(StageError, match="keep_ties must be True or False, got 'no'"):
        check_predicting(predicting(rule=rule), Config())
    data = dict(type="TranslatedDataset", originals="no")
    with pytest.raises(StageError, match="originals must be True or False, got 'no'"):
        check_arguments(DATASETS, data, "data set")


def test_check_predicting__tta_without_pipeline():
    with pytest.raises(StageError, match="defines no tta_pipeline"):
        check_predicting(predicting(tta=True), Config())
    pipeline = [dict(type="LoadImageFromFile")]
    check_predicting(predicting(tta=True), Config(dict(tta_pipeline=pipeline)))


def test_check_model__config_without_model():
    with pytest.raises(StageError, match="defines no model"):
        check_model(Config(dict(train_cfg=dict())), None)


@pytest.mark.parametrize(
    ("view", "view_named"),
    [
        (dict(type="DomainView", domain="sorce"), "sorce"),
        (dict(type="FourierTransfer", domain="source", style="tget"), "tget"),
    ],
)
@pytest.mark.parametrize("through_map", [True, False])
def test_check_domains__domain_that_is_not_loaded(view, view_named, through_map):
    def build(view):
        if through_map:
            mine = dict(type="MinimizeMap", map="entropy")
        else:
            mine = dict(type="Supervised", on="own")
        return MODELS.build(
            dict(
                type="UDASegmentor",
                segmentor=tiny_segmentor(aux=False),
                views=dict(own=view, source=dict(type="DomainView")),
                maps=dict(entropy=dict(type="EntropyMap", on="own")),
                objectives=dict(source=dict(type="Supervised"), mine=mine),
            )
        )

    data = dict(dataset=dict(domains=dict(source={}, target={})))
    cfg = Config(dict(train_dataloader=data))
    target = build(dict(type="DomainView", domain="target"))
    check_domains(target, cfg)
    message = f"'mine' looks at view 'own' .*domain '{view_named}'.* source, target"
    with pytest.raises(StageError, match=message):
        check_domains(build(view), cfg)

    data["sampler"] = dict(samples_per_domain=dict(source=2, target=None))
    with pytest.raises(StageError, match=r"domain 'target', .* have source "):
        check_domains(target, Config(dict(train_dataloader=data)))


def test_decide__no_complete_checkpoint_left_is_not_a_fresh_start(tmp_path):
    write_json(tmp_path / STARTED, {"stage": "one", "fingerprint": {}})
    (tmp_path / "iter_6.pth").write_bytes(b"cut off")
    with pytest.raises(
        StageError, match=r"none of its checkpoints is complete.*iter_6"
    ):
        decide("one", tmp_path, {}, {})
